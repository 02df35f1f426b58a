/**
 * The menus: what the system expects of a program, and the window's commands, which the page tells of as they change. A command
 * that is chosen goes back to the page, so that menus can do nothing that the window cannot.
 */
import type { MenuItemConstructorOptions } from 'electron';
import type { OfferedToMenu } from '../../preload/contract/application.ts';
import type { Electron } from './electron.ts';

/** Which of the window's groups stand in which menu; what is about one snapshot or disk is found where that is selected. */
const MENUS = [
  { label: '&File', groups: ['Library'] },
  { label: '&Machine', groups: ['Machine', 'Snapshot'] },
  { label: '&View', groups: ['View'] },
  { label: '&Window', groups: ['Window'] },
  { label: '&Help', groups: ['Help'] },
] as const;
type MenuLabel = (typeof MENUS)[number]['label'];

/** `ctrl+shift+s` as the system writes keys. */
const accelerator = (key: string): string =>
  key
    .split(/\+(?=.)/)
    .map((part) => (part.length === 1 ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1).replace(/^rrow/, '')))
    .join('+')
    .replace(/Arrow(?=Up|Down|Left|Right)/, '');

/**
 * The menu bar; Ctrl-letter keys are left to the guest's console wherever the system allows it.
 * @param choose told the identity of a command that was chosen
 */
export function menuTemplate(
  platform: NodeJS.Platform,
  developing: boolean,
  commands: readonly OfferedToMenu[] = [],
  choose: (id: string) => void = () => undefined,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  /** The page hears its keys itself. macOS would take them from a guest's console, so they are not even told there. */
  const item = ({ id, label, key }: OfferedToMenu): MenuItemConstructorOptions => ({
    id,
    label: label.replaceAll('&', '&&'),
    click: () => choose(id),
    ...(key === undefined || mac ? {} : { accelerator: accelerator(key), registerAccelerator: false }),
  });
  const named = (name: MenuLabel) => {
    const groups: readonly string[] = MENUS.find(({ label }) => label === name)?.groups ?? [];
    const items = commands.filter(({ group }) => groups.includes(group)).map(item);
    return items.length > 0 ? [...items, { type: 'separator' } as const] : [];
  };
  const view: MenuItemConstructorOptions[] = [
    ...named('&View'),
    { role: 'togglefullscreen' },
    ...(developing ? ([{ type: 'separator' }, { role: 'toggleDevTools' }] as const) : []),
  ];
  const withoutEnd = (items: readonly MenuItemConstructorOptions[]) => items.slice(0, -1);
  const machine = named('&Machine');
  const help = named('&Help');
  return [
    ...(mac ? ([{ role: 'appMenu' }] as const) : []),
    // A shell in a guest needs Ctrl-W and Ctrl-Q, so only macOS, where Command is not Ctrl, keeps these keys.
    ...(mac
      ? [{ label: '&File', submenu: withoutEnd(named('&File')) }]
      : [{ label: '&File', submenu: [...named('&File'), { role: 'quit' as const, accelerator: 'CmdOrCtrl+Shift+Q' }] }]),
    {
      label: '&Edit',
      submenu: [
        { role: 'copy', accelerator: mac ? 'Cmd+C' : 'Ctrl+Shift+C', registerAccelerator: mac },
        { role: 'paste', accelerator: mac ? 'Cmd+V' : 'Ctrl+Shift+V', registerAccelerator: mac },
        { role: 'selectAll', registerAccelerator: mac },
      ],
    },
    ...(machine.length > 0 ? [{ label: '&Machine', submenu: withoutEnd(machine) }] : []),
    { label: '&View', submenu: view },
    mac ? { role: 'windowMenu' } : { label: '&Window', submenu: [...named('&Window'), { role: 'minimize' }] },
    ...(help.length > 0 ? [{ label: '&Help', role: 'help' as const, submenu: withoutEnd(help) }] : []),
  ];
}

/** Sets the menu bar to these commands; again whenever they are others. */
export function setMenu(
  { Menu, app }: Pick<Electron, 'Menu' | 'app'>,
  commands: readonly OfferedToMenu[] = [],
  choose?: (id: string) => void,
): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, !app.isPackaged, commands, choose)));
}
