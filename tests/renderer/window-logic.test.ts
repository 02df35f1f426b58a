/** The small tables and formats of the window. */
import { describe, expect, test } from 'vitest';
import type { MachineState } from '../../preload/contract/machines.ts';
import { sparkPoints } from '../../renderer/components/spark-points.ts';
import { actionsFor, primaryAction, stateWord } from '../../renderer/composables/machine-actions.ts';
import { sentence } from '../../renderer/composables/sentence.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { shellWord } from '../../preload/contract/foreign-text.ts';
import {
  createCommand,
  machineCommand,
  runCommand,
  setCommand,
  sizeWord,
  snapshotCommand,
} from '../../renderer/composables/shown-command.ts';
import { freePlace } from '../../renderer/components/toast-place.ts';
import { createToasts, shownFor, undoing, type Toasts } from '../../renderer/composables/toasts.ts';
import type { FileInspection } from '../../preload/contract/images.ts';
import { definitionOf, diskOn, FIRST_MACHINE, freeName, misfit, nameFromFile } from '../../renderer/views/create/new-definition.ts';
import { baseName, folderOf, joinPath } from '../../renderer/views/files/host-path.ts';
import { plainDefinition } from './plain-definition.ts';

describe('figures', () => {
  test('a sparkline ends at the right, its highest value at the top', () => {
    expect(sparkPoints([0, 10], 59, 16)).toBe('58.0,15.0 59.0,1.0');
    expect(sparkPoints([], 59, 16)).toBe('');
    expect(sparkPoints([0, 10], 59, 16, 20)).toBe('58.0,15.0 59.0,8.0');
  });
});

describe('actions', () => {
  test('every state has the one primary action that fits', () => {
    const states: MachineState[] = ['off', 'starting', 'running', 'paused', 'stopping', 'failed'];
    expect(states.map((state) => primaryAction({ state, suspended: false })?.name)).toEqual([
      'start',
      undefined,
      'pause',
      'resume',
      undefined,
      'start',
    ]);
  });
  test('what loses something unsaved says so, what can be undone does not ask', () => {
    expect(
      actionsFor({ state: 'running', suspended: false })
        .filter(({ asks }) => asks)
        .map(({ name }) => name),
    ).toEqual(['reset', 'stop']);
    expect(actionsFor({ state: 'off', suspended: false }).find(({ name }) => name === 'delete')?.asks).toBeUndefined();
    expect(actionsFor({ state: 'running', suspended: false }).some(({ name }) => name === 'delete')).toBe(false);
  });
  test('a suspended machine is off by another name: it is resumed', () => {
    const life = { state: 'off', suspended: true } as const;
    expect([primaryAction(life)?.name, primaryAction(life)?.label(), stateWord(life)]).toEqual(['start', 'Resume', 'Suspended']);
    expect(stateWord({ state: 'starting', suspended: true })).toBe('Starting');
  });
});

describe('commands', () => {
  test('quote what a shell would read', () => {
    expect([shellWord('debian-1'), shellWord('my vm'), shellWord("it's"), shellWord('$HOME'), shellWord('')]).toEqual([
      'debian-1',
      `'my vm'`,
      `'it'\\''s'`,
      `'$HOME'`,
      `''`,
    ]);
  });
  test('are those of the command line tool', () => {
    expect(machineCommand('stop', 'my vm')).toBe(`npx viv stop 'my vm'`);
    expect(createCommand('a', 'debian-riscv64')).toBe('npx viv create a --template debian-riscv64');
    expect(
      runCommand(
        plainDefinition('a', {
          disks: [{ path: '/d', readonly: true }],
          boot: { kind: 'linux', kernel: '/k', commandLine: 'console=ttyS0 quiet' },
        }),
      ),
    ).toBe(`npx viv run --kernel /k --append 'console=ttyS0 quiet' --drive file=/d,readonly --memory 512M --cpus 1`);
    expect(runCommand(plainDefinition('a', { template: 'hello-riscv64', boot: { kind: 'bare' }, engine: 'compiler' }))).toBe(
      'npx viv run --template hello-riscv64 --memory 512M --cpus 1 --engine compiler',
    );
  });
});

describe('commands of snapshots and disks', () => {
  test('quote names and say sizes in whole units', () => {
    expect(snapshotCommand('restore', 'my vm', 'before it')).toBe(`npx viv snapshot restore 'my vm' 'before it'`);
    expect([0, 512, 2 ** 20, 1.5 * 2 ** 30, 4 * 2 ** 30, 2 ** 41].map(sizeWord)).toEqual(['0', '512', '1M', '1536M', '4G', '2T']);
  });
  test('a drive says where writes go', () => {
    const disks = [
      { readonly: false, writes: 'overlay', sizeBytes: 4 * 2 ** 30 },
      { path: '/a.qcow2', format: 'qcow2', readonly: false, writes: 'overlay' },
      { path: '/b', readonly: false, writes: 'throwaway' },
      { path: '/c', readonly: true, writes: 'overlay' },
      { path: '/d', readonly: false },
    ] as const;
    expect(setCommand('a', plainDefinition('a', { disks }), new Set(['disks']))).toBe(
      'npx viv set a --drive size=4G --drive file=/a.qcow2,format=qcow2,overlay --drive file=/b,throwaway --drive file=/c,readonly --drive file=/d',
    );
  });
  test('checkpoints and what quitting does', () => {
    const draft = plainDefinition('a', { checkpoints: { everySeconds: 60, budgetBytes: 5 * 2 ** 30 }, onQuit: 'stop' });
    expect(setCommand('a', draft, new Set(['checkpoints', 'onQuit']))).toBe(
      'npx viv set a --checkpoints 1m --checkpoint-budget 5G --on-quit stop',
    );
    expect(setCommand('a', plainDefinition('a'), new Set(['checkpoints']))).toBe('npx viv set a --checkpoints off');
  });
});

describe('the command for changes of the hardware form', () => {
  const draft = plainDefinition('b', { cores: 2, disks: [{ path: '/a,b.img', readonly: true }], boot: { kind: 'bare', program: '/p' } });
  test('names what was changed, under the name it still has', () => {
    expect(setCommand('a', draft, new Set(['name', 'cores', 'disks']))).toBe(
      'npx viv set a --name b --cpus 2 --drive file=/a,,b.img,readonly',
    );
    expect(setCommand('a', draft, new Set(['boot.kind', 'boot.program']))).toBe('npx viv set a --bare /p');
  });
  test('is none where there is no change, or no option for it', () => {
    expect(setCommand('a', draft, new Set())).toBeUndefined();
    expect(setCommand('a', draft, new Set(['cores', 'boot.kernel']))).toBeUndefined();
    expect(setCommand('a', draft, new Set(['ports']))).toBeUndefined();
  });
});

describe('a machine from files', () => {
  test('leaves empty answers out', () => {
    const boot = { ...FIRST_MACHINE.boot, kernel: '/k', program: '/p.elf' };
    expect(definitionOf({ ...FIRST_MACHINE, boot, disks: diskOn('/d') }, 'a')).toEqual(
      plainDefinition('a', {
        boot: { kind: 'linux', kernel: '/k', commandLine: 'console=ttyS0' },
        disks: [{ path: '/d', readonly: false, writes: 'overlay' }],
      }),
    );
    expect(definitionOf({ ...FIRST_MACHINE, boot: { ...boot, kind: 'bare' } }, 'a').boot).toEqual({ kind: 'bare', program: '/p.elf' });
  });
  test('gets a name that is free', () => {
    expect(freeName('debian', ['debian', 'debian 2'])).toBe('debian 3');
    expect([nameFromFile('/x/kernel.elf'), nameFromFile('C:\\x\\Image'), nameFromFile('')]).toEqual(['kernel', 'Image', 'machine']);
  });
  test('says when a file is in the wrong place', () => {
    const fault = (kind: FileInspection['kind'], path: string, architecture?: string) =>
      misfit({ kind, ...(architecture && { architecture }) }, path, 'riscv64');
    expect(fault('other-architecture', 'boot.kernel')).toContain('another architecture');
    expect(fault('kernel-image', 'boot.kernel', 'x86-64')).toContain('This board runs riscv64 programs.');
    expect(fault('disk', 'boot.kernel')).toContain('a disk image');
    expect(fault('kernel-image', 'boot.initrd')).toContain('not an initrd');
    expect([
      fault('kernel-image', 'boot.kernel', 'riscv64'),
      fault('unrecognised', 'boot.initrd'),
      fault('packed-kernel', 'boot.initrd'),
    ]).toEqual(Array(3).fill(undefined));
  });
});

describe('paths of the host', () => {
  test('of either kind', () => {
    expect([joinPath('/boot', 'a'), joinPath('/', 'a'), joinPath('C:\\x', 'a')]).toEqual(['/boot/a', '/a', 'C:\\x\\a']);
    expect([folderOf('/boot/a'), folderOf('/a'), folderOf('a'), folderOf('C:\\x\\a')]).toEqual(['/boot', '/', undefined, 'C:\\x']);
    expect([baseName('/boot/a'), baseName('C:\\x\\a')]).toEqual(['a', 'a']);
  });
});

describe('toasts', () => {
  const texts = (toasts: Toasts) => toasts.list.map(({ text }) => text);
  test('go by themselves, errors later; the same complaint is one; a warning with something to do stays', () => {
    const toasts = createToasts();
    toasts.show({ tone: 'info', text: 'done' });
    toasts.fail(new Error('no network'));
    toasts.fail(new Error('no network'));
    toasts.show({ tone: 'warning', text: 'your note is kept', action: { label: 'Copy', run: () => undefined } });
    expect(texts(toasts)).toEqual(['done', 'No network', 'your note is kept']);
    expect(toasts.list.map(shownFor)).toEqual([10_000, 30_000, Infinity]);
    toasts.dismiss(toasts.list[0]?.id as number);
    expect(texts(toasts)).toEqual(['No network', 'your note is kept']);
  });
  test('of an error keep its code and facts', () => {
    const toasts = createToasts();
    toasts.fail(new ContractError('machine-gone'));
    expect(toasts.list[0]?.fault).toEqual({ code: 'machine-gone', facts: {} });
  });
  test('stand where nobody types: above, when the prompt is at the foot', () => {
    const at = { bottom: { left: 800, right: 1200, top: 700, bottom: 760 }, top: { left: 800, right: 1200, top: 60, bottom: 120 } };
    const line = (top: number) => ({ left: 320, right: 1280, top, bottom: top + 18 });
    expect([freePlace([], at), freePlace([line(100)], at), freePlace([line(710)], at)]).toEqual(['bottom', 'bottom', 'top']);
    // One at the head and one at the foot: no place is free.
    expect(freePlace([line(100), line(710)], at)).toBe('bottom');
    // A field beside it is not under it.
    expect(freePlace([{ left: 0, right: 300, top: 710, bottom: 740 }], at)).toBe('bottom');
  });
  test('the newest way back is taken, once each', () => {
    const toasts = createToasts();
    const undone: string[] = [];
    for (const text of ['a', 'b']) toasts.show({ tone: 'info', text, action: undoing(() => void undone.push(text)) });
    toasts.show({ tone: 'info', text: 'c', action: { label: 'Show', run: () => void undone.push('c') } });
    expect([toasts.undoLast(), toasts.undoLast(), toasts.undoLast()]).toEqual([true, true, false]);
    expect([undone, texts(toasts)]).toEqual([['b', 'a'], ['c']]);
  });
  test('are never more than four', () => {
    const toasts = createToasts();
    for (let number = 1; number <= 6; number++) toasts.show({ tone: 'error', text: `${number}` });
    expect(toasts.list.map(({ text }) => text)).toEqual(['3', '4', '5', '6']);
  });
  test('phrases become sentences', () => expect([sentence('no file'), sentence('/a is gone')]).toEqual(['No file', '/a is gone']));
});
