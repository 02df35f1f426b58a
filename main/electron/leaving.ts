/**
 * Leaving the program. Closing the window or quitting with machines running first asks in the window; a page that
 * does not answer a second request is asked about by the system's own dialog. Machines are suspended, or stopped, before the end.
 */
import type { BrowserWindow } from 'electron';
import type { Application } from '../application.ts';
import type { Electron } from './electron.ts';

export interface Leaving {
  /** A client asked the program to quit, or a person agreed: stops the machines and ends. */
  leave(): Promise<void>;
  /** Guards a window's closing. */
  guard(window: BrowserWindow): void;
}

/** What leaving needs of the running program. */
type Running = Pick<Application, 'close'> & {
  readonly supervisor: { running(): readonly string[] };
  readonly events: { readonly application: Pick<Application['events']['application'], 'quitRequested'> };
};

/**
 * Makes the way out.
 * @param application absent while the program is still starting
 * @param before done first when the program ends
 * @param staysInTray whether closing the window leaves the program in the tray
 */
export function leaving(
  { app, dialog }: Pick<Electron, 'app' | 'dialog'>,
  application: () => Running | undefined,
  before: () => Promise<void> = async () => undefined,
  staysInTray: () => boolean = () => false,
): Leaving {
  let state: 'staying' | 'asked' | 'leaving' | 'left' = 'staying';
  let window: BrowserWindow | undefined;

  async function leave(): Promise<void> {
    if (state === 'leaving' || state === 'left') return;
    state = 'leaving';
    try {
      await before();
      await application()?.close();
    } finally {
      state = 'left';
      app.quit();
    }
  }

  async function askBySystem(names: readonly string[]): Promise<void> {
    const question = {
      type: 'question' as const,
      message: names.length === 1 ? 'A machine is running.' : `${names.length} machines are running.`,
      detail: `${names.join(', ')}\n\nWhen Vivarium quits they are suspended, or stopped if that is set under Hardware.`,
      buttons: ['Quit', 'Stay'],
      defaultId: 1,
      cancelId: 1,
    };
    const { response } = await (window ? dialog.showMessageBox(window, question) : dialog.showMessageBox(question));
    if (response === 0) await leave();
    else if (state === 'asked') state = 'staying';
  }

  /** True when the program may end now; otherwise asks. */
  function request(): boolean {
    if (state === 'left') return true;
    if (state === 'leaving') return false;
    const running = application();
    const names = running?.supervisor.running() ?? [];
    if (names.length === 0 || !running) {
      void leave();
      return false;
    }
    if (state === 'asked' || !window) {
      void askBySystem(names);
      return false;
    }
    state = 'asked';
    running.events.application.quitRequested({ running: names });
    return false;
  }

  app.on('before-quit', (event) => {
    if (!request()) event.preventDefault();
  });
  app.on('window-all-closed', () => app.quit());
  return {
    leave,
    guard(guarded) {
      window = guarded;
      guarded.on('close', (event) => {
        if (state === 'staying' && staysInTray()) {
          event.preventDefault();
          guarded.hide();
        } else if (!request()) event.preventDefault();
      });
      // Whoever comes back to work in the window has decided to stay.
      guarded.on('focus', () => {
        if (state === 'asked') state = 'staying';
      });
    },
  };
}
