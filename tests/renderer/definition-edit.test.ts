/** A form beside other forms and commands: what was not touched follows, what was touched twice is asked about. */
import { describe, expect, test } from 'vitest';
import { conflictsOf, isEdit, keepMine, mergedList, rebased, takeTheirs } from '../../renderer/views/hardware/definition-edit.ts';
import { fieldWords } from '../../renderer/views/hardware/field-words.ts';
import { fieldLabel } from '../../renderer/words/contract-words.ts';
import { patchOf } from '../../renderer/views/hardware/definition-draft.ts';
import { plainDefinition } from './plain-definition.ts';

const disk = (id: string, patch: object = {}) => ({ id, readonly: false, writes: 'overlay' as const, sizeBytes: 1024, ...patch });
const stored = plainDefinition('beta', { memoryMiB: 16, disks: [disk('a')] });
const typed = (patch: object) => ({ base: stored, mine: { ...stored, ...patch } });

describe('a form and a change elsewhere', () => {
  test('a note takes neither the memory nor the disk back that came in the meantime', () => {
    const now = { ...stored, memoryMiB: 64, disks: [disk('a'), disk('b')] };
    const edit = rebased(typed({ note: 'word' }), now);
    expect(conflictsOf(edit, now)).toEqual([]);
    expect(edit.mine).toEqual({ ...now, note: 'word' });
    expect(patchOf(edit.mine, now)).toEqual({ note: 'word' });
  });
  test('the same field is a conflict until it is decided, either way; the others go on', () => {
    const now = { ...stored, memoryMiB: 64, cores: 2 };
    const edit = rebased(typed({ memoryMiB: 32, note: 'word' }), now);
    expect(conflictsOf(edit, now)).toEqual(['memoryMiB']);
    expect(edit.mine).toMatchObject({ memoryMiB: 32, cores: 2, note: 'word' });
    const kept = keepMine(edit, now, 'memoryMiB');
    expect(conflictsOf(kept, now)).toEqual([]);
    expect(patchOf(kept.mine, now)).toEqual({ memoryMiB: 32, note: 'word' });
    const taken = takeTheirs(edit, now, 'memoryMiB');
    expect(conflictsOf(taken, now)).toEqual([]);
    expect(patchOf(taken.mine, now)).toEqual({ note: 'word' });
  });
  test('a decision holds until the field changes once more', () => {
    const edit = keepMine(rebased(typed({ memoryMiB: 32 }), { ...stored, memoryMiB: 64 }), { ...stored, memoryMiB: 64 }, 'memoryMiB');
    const later = { ...stored, memoryMiB: 128 };
    expect(conflictsOf(rebased(edit, later), later)).toEqual(['memoryMiB']);
  });
  test('both sides the same is no conflict, and a change that was undone elsewhere is none either', () => {
    const now = { ...stored, memoryMiB: 64 };
    expect(conflictsOf(rebased(typed({ memoryMiB: 64 }), now), now)).toEqual([]);
    const edit = rebased(typed({ memoryMiB: 32 }), now);
    expect(conflictsOf(rebased(edit, stored), stored)).toEqual([]);
    expect(rebased(edit, stored).mine.memoryMiB).toBe(32);
  });
  test('boot fields are fields of their own', () => {
    const now = { ...stored, boot: { ...stored.boot, commandLine: 'quiet' } };
    const edit = rebased(typed({ boot: { ...stored.boot, kernel: '/boot/other' } }), now);
    expect(conflictsOf(edit, now)).toEqual([]);
    expect(edit.mine.boot).toEqual({ kind: 'linux', kernel: '/boot/other', commandLine: 'quiet' });
  });
  test('a field that was absent', () => {
    const checkpoints = { everySeconds: 30, budgetBytes: 0 };
    const now = { ...stored, checkpoints };
    expect(rebased(typed({ note: 'word' }), now).mine.checkpoints).toEqual(checkpoints);
    expect(rebased({ base: now, mine: { ...now, note: 'word' } }, stored).mine).not.toHaveProperty('checkpoints');
  });
});

describe('lists', () => {
  const merged = (base: string, mine: string, theirs: string) =>
    mergedList([...base], [...mine], [...theirs], (item) => item.toLowerCase())?.join('');
  test.each([
    ['what both added is there, theirs first, because the guest counts them', 'a', 'ab', 'ac', 'acb'],
    ['what one removed is gone', 'abc', 'ac', 'abc', 'ac'],
    ['what each removed is gone', 'abc', 'bc', 'ab', 'b'],
    ['my order holds, with what they added at its end', 'abc', 'cba', 'abcd', 'cbad'],
    ['their order holds where I have none', 'abc', 'abcd', 'cba', 'cbad'],
    ['one item changed here, another one there', 'ab', 'Ab', 'aB', 'AB'],
    ['two that are alike are two', 'a', 'abb', 'ac', 'acbb'],
  ])('%s', (_words, base, mine, theirs, expected) => expect(merged(base, mine, theirs)).toBe(expected));
  test('one item changed on both sides is for the person to decide', () => {
    const ways = [disk('a', { readonly: true })];
    const now = { ...stored, disks: [disk('a', { sizeBytes: 4096 })] };
    const edit = rebased(typed({ disks: ways }), now);
    expect(conflictsOf(edit, now)).toEqual(['disks']);
    expect(edit.mine.disks).toEqual(ways);
  });
  test('removed here and changed there', () => {
    const now = { ...stored, disks: [disk('a', { sizeBytes: 4096 })] };
    expect(conflictsOf(rebased(typed({ disks: [] }), now), now)).toEqual(['disks']);
  });
});

test('every field has a name and words for a person', () => {
  const full = plainDefinition('beta', {
    memoryMiB: 64,
    disks: [disk('a')],
    ports: [{ name: 'log' }],
    checkpoints: { everySeconds: 60, budgetBytes: 0 },
    onQuit: 'stop',
  });
  const words = (field: string) => `${fieldLabel(field)}: ${fieldWords(full, field)}`;
  expect(['memoryMiB', 'disks', 'ports', 'checkpoints', 'onQuit', 'note', 'boot.kernel', 'boot.initrd'].map(words)).toEqual([
    'Memory: 64 MiB',
    'Disks: Disk in the library, 1 KiB (overlay)',
    'Console ports: log',
    'Automatic checkpoints: Every minute, No limit',
    'When Vivarium quits: stop the machine',
    'Note: empty',
    'Kernel: /boot/Image',
    'Initrd: empty',
  ]);
});

test('a draft of another shape is none', () => {
  expect(isEdit(typed({}))).toBe(true);
  for (const kept of [undefined, null, {}, stored, { base: stored }, 'text']) expect(isEdit(kept)).toBe(false);
});
