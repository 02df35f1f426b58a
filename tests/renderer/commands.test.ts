/** The registry of commands: menus, palette, keys and shown commands read one list, and it must hold together. */
import { describe, expect, test } from 'vitest';
import type { MachineId, MachineState, MachineStatus } from '../../preload/contract/machines.ts';
import { keyText, offered, type CommandContext } from '../../renderer/composables/commands/command.ts';
import { COMMANDS } from '../../renderer/composables/commands/use-commands.ts';
import { createWindowState } from '../../renderer/composables/window-state.ts';
import { keyLists } from '../../renderer/views/palette/key-lists.ts';
import { matching, paletteEntries } from '../../renderer/views/palette/palette-entries.ts';
import { plainDefinition } from './plain-definition.ts';

const machine = (state: MachineState) => ({ id: 'a' as MachineId, definition: plainDefinition('debian'), state }) as MachineStatus;
const now = (about: MachineStatus | undefined) =>
  offered(COMMANDS, { machine: about, state: createWindowState() } as unknown as CommandContext);
const STATES: readonly MachineState[] = ['off', 'starting', 'running', 'paused', 'stopping', 'failed'];

describe('commands', () => {
  test('have one identity each', () => {
    const ids = COMMANDS.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
  test.each(STATES)('while a machine is %s no key means two things', (state) => {
    const keys = now(machine(state)).flatMap((command) => command.keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect(keys).toContain('Delete');
  });
  test('without a machine only those of the window and the library are there', () => {
    expect(now(undefined).map(({ group }) => group)).not.toContain('Machine');
    expect(now(undefined).map(({ id }) => id)).toContain('open.create');
  });
  test('say the command line that does the same', () => {
    const shown = now(machine('running')).flatMap((command) => command.shown ?? []);
    expect(shown).toContain('npx viv pause debian');
    expect(shown.every((line) => line.startsWith('npx viv '))).toBe(true);
  });
  test('all but those for their key alone are in the palette, found by words in any order', () => {
    const about = machine('off');
    const entries = paletteEntries(now(about), [about, { ...machine('off'), id: 'b' as MachineId }], about, () => undefined);
    const missing = now(about).filter(({ id, hidden }) => !hidden && !entries.some(({ key }) => key === id));
    expect(missing.map(({ id }) => id)).toEqual(['open.palette']);
    const labels = (typed: string) => matching(entries, typed).map(({ label }) => label);
    expect(labels('debian sta')).toEqual(['Start']);
    expect(labels('machine new')).toEqual(['New machine…']);
    expect(labels('nothing like it')).toEqual([]);
  });
  test('every key is in the list of keys, written as on a keyboard', () => {
    const listed = keyLists().flatMap(({ keys }) => keys.map(({ key }) => key));
    for (const { keys } of now(machine('off'))) for (const key of keys) expect(listed).toContain(keyText(key));
    expect(['ctrl+shift+s', 'ctrl+,', 'Delete', 'F2', 'ctrl++'].map(keyText)).toEqual(['Ctrl+Shift+S', 'Ctrl+,', 'Del', 'F2', 'Ctrl++']);
  });
});
