/** The Hardware form: what was changed, what is wrong with it, what is stored. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { describe, expect, test } from 'vitest';
import { changedFields, checkDraft, moved, patchOf, problemAt, problemOfRefusal } from '../../renderer/views/hardware/definition-draft.ts';
import { sectionOf } from '../../renderer/views/hardware/sections.ts';
import { definition as definitionCheck } from '../../preload/contract/definition/schema.ts';
import { withValue } from '../../preload/contract/definition/walk.ts';
import { admits } from '../../preload/contract/schema/problems.ts';
import { plainDefinition } from './plain-definition.ts';

const stored = plainDefinition('debian', {
  disks: [
    { path: '/a', readonly: false },
    { path: '/b', readonly: true },
  ],
});

describe('changes', () => {
  test('an untouched draft has none and stores nothing', () => {
    expect(changedFields(structuredClone(stored), stored).size).toBe(0);
    expect(patchOf(structuredClone(stored), stored)).toEqual({});
  });
  test('are named by field, boot fields by their own names', () => {
    const draft = { ...withValue(stored, 'boot.initrd', '/boot/initrd'), cores: 2 };
    expect([...changedFields(draft, stored)].sort()).toEqual(['boot.initrd', 'cores']);
    expect(patchOf(draft, stored)).toEqual({ cores: 2, boot: { kind: 'linux', kernel: '/boot/Image', initrd: '/boot/initrd' } });
  });
  test('a text made empty is left out, not stored as an empty path', () => {
    expect(withValue(stored, 'boot.kernel', undefined).boot).toEqual({ kind: 'linux' });
    expect([...changedFields(withValue(stored, 'boot.kernel', undefined), stored)]).toEqual(['boot.kernel']);
  });
  test('a cleared number is a change, although JSON has no name for it', () => {
    expect([...changedFields({ ...stored, cores: NaN }, stored)]).toEqual(['cores']);
  });
  test('the order of disks is one', () => {
    const draft = { ...stored, disks: moved(stored.disks, 0, 1) };
    expect(draft.disks.map(({ path }) => path)).toEqual(['/b', '/a']);
    expect([...changedFields(draft, stored)]).toEqual(['disks']);
    expect(moved(stored.disks, 0, -1)).toBe(stored.disks);
    expect(moved(stored.disks, 1, 2)).toBe(stored.disks);
  });
});

describe('checks', () => {
  test('a good draft passes both here and at the border', () => {
    expect(checkDraft(stored)).toEqual([]);
    expect(admits(definitionCheck, stored)).toBe(true);
  });
  test.each([
    ['name', { name: '  ' }],
    ['cores', { cores: 0 }],
    ['cores', { cores: NaN }],
    ['memoryMiB', { memoryMiB: 15 }],
    ['memoryMiB', { memoryMiB: 3073 }],
    ['memoryMiB', { memoryMiB: 64.5 }],
    ['boot.kernel', { boot: { kind: 'linux' } }],
    ['boot.program', { boot: { kind: 'bare' } }],
    ['boot.firmware', { boot: { kind: 'firmware' } }],
    [
      'disks.1.path',
      {
        disks: [
          { path: '/a', readonly: false },
          { path: '', readonly: false },
        ],
      },
    ],
    ['ports.1.name', { ports: [{ name: 'a' }, { name: 'a' }] }],
    ['ports.0.name', { ports: [{ name: '' }] }],
  ] as const)('%s is refused for %o', (field, patch) => {
    expect(checkDraft({ ...stored, ...patch }).map((problem) => problem.field)).toEqual([field]);
  });
  test('what a template gives may be left out', () => {
    expect(checkDraft({ ...stored, template: 'debian-riscv64', boot: { kind: 'linux' } })).toEqual([]);
  });
});

describe('faults shown at their field', () => {
  test('also in lists', () => {
    expect(problemAt([{ field: 'disks.2.path', message: 'gone' }], 'disks.2.path')).toBe('gone');
  });
  test('the border names the field in its refusal', () => {
    const refused = { where: 'argument 2', field: 'memoryMiB', message: 'must be a whole number from 16 to 3072' };
    expect(problemOfRefusal(new ContractError('argument-invalid', refused))).toEqual({
      field: 'memoryMiB',
      message: 'A whole number from 16 to 3072.',
    });
    expect(problemOfRefusal(new ContractError('machine-name-taken', { name: 'a' }))).toEqual({
      field: '',
      message: 'There is already a machine called "a": choose another name',
    });
  });
  test('every field belongs to a section', () => {
    expect(['name', 'memoryMiB', 'boot.kernel', 'disks.0.path', 'ports.3.name', ''].map(sectionOf)).toEqual([
      'general',
      'system',
      'boot',
      'disks',
      'ports',
      'general',
    ]);
  });
});
