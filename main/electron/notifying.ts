/** Notifications of the system, for the page, which may show none itself; a click leads to the place they are about. */
import type { DesktopNotification } from '../../preload/contract/application.ts';
import type { Electron } from './electron.ts';

/** @returns shows one; nothing where the system has none. @param open puts the window in front at a place */
export function notifier({ Notification }: Pick<Electron, 'Notification'>, open: (address: string) => void) {
  return ({ title, text, address }: DesktopNotification): void => {
    if (!Notification.isSupported()) return;
    const shown = new Notification({ title, body: text });
    shown.on('click', () => open(address));
    shown.show();
  };
}
