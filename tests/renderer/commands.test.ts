/** The registry of commands: menus, palette, keys and shown commands read one list, and it must hold together. */
import { describe, expect, test } from 'vitest';
import type { MachineId, MachineState, MachineStatus } from '../../preload/contract/machines.ts';
import type { Snapshot } from '../../preload/contract/snapshots.ts';
import { keyText } from '../../renderer/composables/key-text.ts';
import { offered, type CommandContext } from '../../renderer/composables/commands/command.ts';
import { COMMANDS } from '../../renderer/composables/commands/use-commands.ts';
import { createWindowState } from '../../renderer/composables/window-state.ts';
import { keyLists } from '../../renderer/views/palette/key-lists.ts';
import { actForKey } from '../../renderer/views/timeline/timeline-acts.ts';
import { matching, paletteEntries } from '../../renderer/views/palette/palette-entries.ts';
import { plainDefinition } from './plain-definition.ts';

const machine = (state: MachineState) => ({ id: 'a' as MachineId, definition: plainDefinition('debian'), state }) as MachineStatus;
const now = (about: MachineStatus | undefined, more: Partial<CommandContext> = {}) =>
  offered(COMMANDS, { machine: about, state: createWindowState(), networks: [], ...more } as unknown as CommandContext);
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
  test('of a snapshot are there while one is selected, and say the lines of viv snapshot', () => {
    const snapshot = { id: 's', name: 'before', state: 'ready', parent: null, pinned: true, protected: false } as unknown as Snapshot;
    const of = (more: Partial<CommandContext>) => now(machine('off'), more).filter(({ group }) => group === 'Snapshot');
    expect(of({})).toEqual([]);
    const shown = of({ snapshot }).map(({ label, there, shown: line }) => [label, there, line]);
    expect(shown).toContainEqual(['Restore “before”', 'Enter', 'npx viv snapshot restore debian before']);
    expect(shown).toContainEqual(['Unpin “before”', 'P', 'npx viv snapshot unpin debian before']);
    const labels = of({ snapshot: { ...snapshot, protected: true, state: 'damaged' } }).map(({ label }) => label);
    for (const gone of ['Restore “before”', 'Delete “before”', 'Compare “before” with its parent']) expect(labels).not.toContain(gone);
    expect(labels).toContain('Unprotect “before”');
  });
  test('of a snapshot stand in its menu, each with the key that does it on the timeline', () => {
    const snapshot = { id: 's', name: 'before', state: 'ready', parent: 'r', pinned: false, protected: false } as unknown as Snapshot;
    const all = now(machine('off'), { snapshot }).filter(({ group }) => group === 'Snapshot');
    expect(all.filter(({ menu }) => menu === undefined)).toEqual([]);
    const done = all.map(({ id, there = '' }) => {
      const key = there === 'Del' ? 'Delete' : there;
      return [id, `snapshot.${actForKey({ key, ctrlKey: false, altKey: false, metaKey: false }) ?? ''}`];
    });
    expect(done.filter(([id, byKey]) => id !== byKey)).toEqual([]);
  });
  test('of disks, cards and networks are there once for each, with identities of their own', () => {
    const about = machine('off');
    const disks = [
      { id: 'D1', readonly: false, writes: 'overlay' },
      { path: '/a.img', readonly: true },
    ] as const;
    const whole = { ...about, definition: { ...about.definition, disks, networks: [{ network: 'nat', cable: { unplugged: true } }] } };
    const networks = [
      { name: 'office', members: [] },
      { name: 'lab', members: [{ machine: 'debian' }] },
    ] as unknown as CommandContext['networks'];
    const labels = now(whole as MachineStatus, { networks })
      .filter(({ group }) => group === 'Disk' || group === 'Network')
      .map(({ id, label }) => `${id} ${label}`);
    expect(labels).toEqual([
      'disk.add-empty Add an empty disk',
      'disk.add-image Add a disk from an image…',
      'disk.grow:0 Enlarge disk 1…',
      'disk.compact:0 Compact disk 1',
      'disk.export:0 Export disk 1 as an image…',
      'disk.export:1 Export disk 2 as an image…',
      'disk.commands:0 Show commands for disk 1…',
      'disk.commands:1 Show commands for disk 2…',
      'card.cable:0 Plug in the cable of card 1',
      'network.capture:office Copy the command that captures the network “office”',
      'network.capture:lab Copy the command that captures the network “lab”',
      'network.delete:office Delete the network “office”',
    ]);
  });
  test('every key is in the list of keys, written as on a keyboard', () => {
    const listed = keyLists().flatMap(({ keys }) => keys.map(({ key }) => key));
    for (const { keys } of now(machine('off'))) for (const key of keys) expect(listed).toContain(keyText(key));
    expect(['ctrl+shift+s', 'ctrl+,', 'Delete', 'F2', 'ctrl++'].map(keyText)).toEqual(['Ctrl+Shift+S', 'Ctrl+,', 'Del', 'F2', 'Ctrl++']);
  });
});
