/** The tray: which machines run, and a way back to the window where closing it leaves the program there. */
import { isDeepStrictEqual } from 'node:util';
import type { MenuItemConstructorOptions, Tray } from 'electron';
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import { SHELL_WORDS, type ShellWords } from '../../preload/contract/shell-words.ts';
import type { Electron } from './electron.ts';

export interface TrayActions {
  /** Puts the window in front, at a place of it where one is given. */
  open(address?: string): void;
  quit(): void;
}
type Shown = Pick<MachineStatus, 'id' | 'state' | 'definition'>;

const IS_RUNNING: ReadonlySet<string> = new Set(['starting', 'running', 'paused', 'stopping']);

/** The menu: the window, each machine that runs with its state, the end. */
export function trayMenu(
  machines: readonly Shown[],
  { open, quit }: TrayActions,
  words: ShellWords = SHELL_WORDS,
): MenuItemConstructorOptions[] {
  const running = machines.filter(({ state }) => IS_RUNNING.has(state));
  return [
    { label: words.open, click: () => open() },
    { type: 'separator' },
    ...(running.length === 0 ? [{ label: words.nothingRuns, enabled: false }] : []),
    ...running.map(({ id, state, definition }) => ({
      label: `${definition.name.replaceAll('&', '&&')} (${words[state as keyof ShellWords]})`,
      click: () => open(`#/machines/${encodeURIComponent(id)}`),
    })),
    { type: 'separator' },
    { label: words.quit, click: quit },
  ];
}
const toolTip = (machines: readonly Shown[], { oneRuns, severalRun }: ShellWords): string => {
  const count = machines.filter(({ state }) => IS_RUNNING.has(state)).length;
  if (count === 0) return 'Vivarium';
  return count === 1 ? oneRuns : severalRun.replace('{count}', String(count));
};

/** A tray that follows the machines. */
export interface MachineTray {
  changed(machine: Shown): void;
  removed(id: MachineId): void;
  /** Says it in another language. */
  say(words: ShellWords): void;
  close(): void;
}

/** Makes it. @returns nothing where the system has no tray */
export function openTray(
  electron: Pick<Electron, 'Tray' | 'Menu'>,
  icon: string,
  machines: readonly Shown[],
  actions: TrayActions,
): MachineTray | undefined {
  let tray: Tray;
  try {
    tray = new electron.Tray(icon);
  } catch (error) {
    console.error(`There is no tray: ${String(error)}`);
    return undefined;
  }
  const known = new Map(machines.map((machine) => [machine.id, machine]));
  let words: ShellWords = SHELL_WORDS;
  const show = () => {
    const all = [...known.values()];
    tray.setContextMenu(electron.Menu.buildFromTemplate(trayMenu(all, actions, words)));
    tray.setToolTip(toolTip(all, words));
  };
  // On Linux a click opens the menu, and this is not heard.
  tray.on('click', () => actions.open());
  show();
  return {
    changed(machine) {
      const before = known.get(machine.id);
      known.set(machine.id, machine);
      if (before?.state !== machine.state || before.definition.name !== machine.definition.name) show();
    },
    removed(id) {
      if (known.delete(id)) show();
    },
    say(others) {
      if (isDeepStrictEqual(words, others)) return;
      words = others;
      show();
    },
    close: () => tray.destroy(),
  };
}
