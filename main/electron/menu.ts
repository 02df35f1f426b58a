/**
 * The menus: what the system expects of a program, and the window's commands, which the page tells of as they change. A command
 * that is chosen goes back to the page, so that menus can do nothing that the window cannot.
 */
import type { MenuItemConstructorOptions } from 'electron';
import type { OfferedToMenu } from '../../preload/contract/application.ts';
import { SHELL_WORDS, type ShellWords } from '../../preload/contract/shell-words.ts';
import type { Electron } from './electron.ts';

/** Which of the window's groups stand in which menu; what is about one snapshot or disk is found where that is selected. */
const MENUS = [
  { menu: 'file', groups: ['Library'] },
  { menu: 'machine', groups: ['Machine', 'Snapshot'] },
  { menu: 'view', groups: ['View'] },
  { menu: 'window', groups: ['Window'] },
  { menu: 'help', groups: ['Help'] },
] as const;
type MenuName = (typeof MENUS)[number]['menu'];

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
 * @param words of the menus themselves, in the window's language
 */
export function menuTemplate(
  platform: NodeJS.Platform,
  developing: boolean,
  commands: readonly OfferedToMenu[] = [],
  choose: (id: string) => void = () => undefined,
  words: ShellWords = SHELL_WORDS,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  /** The page hears its keys itself. macOS would take them from a guest's console, so they are not even told there. */
  const item = ({ id, label, key }: OfferedToMenu): MenuItemConstructorOptions => ({
    id,
    label: label.replaceAll('&', '&&'),
    click: () => choose(id),
    ...(key === undefined || mac ? {} : { accelerator: accelerator(key), registerAccelerator: false }),
  });
  const named = (name: MenuName) => {
    const groups: readonly string[] = MENUS.find(({ menu }) => menu === name)?.groups ?? [];
    const items = commands.filter(({ group }) => groups.includes(group)).map(item);
    return items.length > 0 ? [...items, { type: 'separator' } as const] : [];
  };
  const view: MenuItemConstructorOptions[] = [
    ...named('view'),
    { role: 'togglefullscreen', label: words.fullScreen },
    ...(developing ? ([{ type: 'separator' }, { role: 'toggleDevTools' }] as const) : []),
  ];
  const withoutEnd = (items: readonly MenuItemConstructorOptions[]) => items.slice(0, -1);
  const machine = named('machine');
  const help = named('help');
  return [
    ...(mac ? ([{ role: 'appMenu' }] as const) : []),
    // A shell in a guest needs Ctrl-W and Ctrl-Q, so only macOS, where Command is not Ctrl, keeps these keys.
    ...(mac
      ? [{ label: words.file, submenu: withoutEnd(named('file')) }]
      : [
          {
            label: words.file,
            submenu: [...named('file'), { role: 'quit' as const, label: words.quit, accelerator: 'CmdOrCtrl+Shift+Q' }],
          },
        ]),
    {
      label: words.edit,
      submenu: [
        { role: 'copy', label: words.copy, accelerator: mac ? 'Cmd+C' : 'Ctrl+Shift+C', registerAccelerator: mac },
        { role: 'paste', label: words.paste, accelerator: mac ? 'Cmd+V' : 'Ctrl+Shift+V', registerAccelerator: mac },
        { role: 'selectAll', label: words.selectAll, registerAccelerator: mac },
      ],
    },
    ...(machine.length > 0 ? [{ label: words.machine, submenu: withoutEnd(machine) }] : []),
    { label: words.view, submenu: view },
    mac ? { role: 'windowMenu' } : { label: words.window, submenu: [...named('window'), { role: 'minimize', label: words.minimize }] },
    ...(help.length > 0 ? [{ label: words.help, role: 'help' as const, submenu: withoutEnd(help) }] : []),
  ];
}

/** Sets the menu bar to these commands; again whenever they are others. */
export function setMenu(
  { Menu, app }: Pick<Electron, 'Menu' | 'app'>,
  commands: readonly OfferedToMenu[] = [],
  choose?: (id: string) => void,
  words?: ShellWords,
): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, !app.isPackaged, commands, choose, words)));
}
