/** What the list of machines finds, how it sorts, and how groups stand in it. */
import { describe, expect, test } from 'vitest';
import type { MachineDefinition, MachineId, MachineState, MachineStatus } from '../../preload/contract/machines.ts';
import { inOrder, matches, rowsOf } from '../../renderer/views/list/list-order.ts';
import { plainDefinition } from './plain-definition.ts';

const machine = (name: string, more: Partial<MachineDefinition> = {}, state: MachineState = 'off') =>
  ({ id: name as MachineId, definition: plainDefinition(name, more), state, lastLine: 'login: root' }) as MachineStatus;
const names = (machines: readonly MachineStatus[]) => machines.map(({ id }) => id);

describe('the list', () => {
  test('finds every typed word anywhere, and a place’s word in that place alone', () => {
    const web = machine('server 1', { tags: ['web', 'debian'], group: 'Release tests', note: 'nginx' }, 'running');
    for (const typed of ['', 'SERVER', 'nginx 1', 'root', 'tag:web', 'tag:deb server', 'group:rel', 'is:running'])
      expect(matches(web, typed), typed).toBe(true);
    for (const typed of ['apache', 'tag:nginx', 'tag:server', 'is:off', 'group:web', 'nginx 2'])
      expect(matches(web, typed), typed).toBe(false);
    // What is no place is a word like any other.
    expect(matches(machine('a', { note: 'https://example' }), 'https://ex')).toBe(true);
  });
  test('sorts as people count, and running ones first', () => {
    const all = [machine('file10'), machine('File2', {}, 'running'), machine('file1', {}, 'failed')];
    expect(names(inOrder(all, 'created'))).toEqual(['file10', 'File2', 'file1']);
    expect(names(inOrder(all, 'name'))).toEqual(['file1', 'File2', 'file10']);
    expect(names(inOrder(all, 'state'))).toEqual(['file1', 'File2', 'file10']);
    expect(names(all)).toEqual(['file10', 'File2', 'file1']);
  });
  test('stands in groups, those without one above; a folded group keeps its heading', () => {
    const all = [machine('a', { group: 'two' }), machine('b'), machine('c', { group: 'one' }), machine('d', { group: 'two' })];
    const shown = (folded: readonly string[]) =>
      rowsOf(all, new Set(folded)).map((row) => (row.kind === 'group' ? `${row.group} ${row.count}` : row.machine.id));
    expect(shown([])).toEqual(['b', 'one 1', 'c', 'two 2', 'a', 'd']);
    expect(shown(['two'])).toEqual(['b', 'one 1', 'c', 'two 2']);
  });
});
