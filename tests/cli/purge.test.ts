/** `viv purge` against a program whose services the test plays, and at a terminal of its own. */
import { spawn } from 'node-pty';
import { describe, expect, test } from 'vitest';
import { ContractError } from '../../preload/contract/contract.ts';
import type { BinnedMachine } from '../../preload/contract/machines.ts';
import { at, machine, scriptedProgram, task } from './scripted-program.ts';
import { VIV, viv } from './viv.ts';
import { temporaryFolder } from '../main/temporary-home.ts';

const binned = (name: string, change: Partial<BinnedMachine> = {}): BinnedMachine => ({
  ...machine(name),
  deletedAt: at(1),
  snapshots: 2,
  protectedSnapshots: [],
  freedBytes: 3 * 1024 * 1024,
  ...change,
});
const withBin = (bin: readonly BinnedMachine[], purge: () => { task: string } = () => ({ task: 'task-1' })) =>
  scriptedProgram({
    machines: { bin: () => bin, purge },
    tasks: {
      list: () => [
        task('done', '', { kind: 'purge', subject: { names: ['box'] }, result: { freedBytes: 3 * 2 ** 20, space: 'freed' } } as never),
      ],
    },
  });
const asked = (program: Awaited<ReturnType<typeof withBin>>) =>
  program.calls.filter(([call]) => call === 'machines.purge').map(([, ids]) => ids);

describe('viv purge', () => {
  test('deletes what is named and says what came back', async () => {
    const program = await withBin([binned('box'), binned('other')]);
    expect(await program.viv('purge', 'box', 'other-id', '--yes')).toEqual({
      status: 0,
      out: '"box", "other" permanently deleted: 3 MiB freed\n',
      err: '',
    });
    expect(asked(program)).toEqual([['box-id', 'other-id']]);
  });
  test('--all leaves those with protected snapshots, and says so', async () => {
    const program = await withBin([binned('box'), binned('held', { protectedSnapshots: ['a'] })]);
    const { status, err } = await program.viv('purge', '--all', '--yes');
    expect([status, err]).toEqual([0, 'viv: "held" is kept: 1 of its snapshots is protected\n']);
    expect(asked(program)).toEqual([['box-id']]);
  });
  test('without a terminal to ask at nothing is deleted', async () => {
    const program = await withBin([binned('box')]);
    const { status, err } = await program.viv('purge', 'box');
    expect([status, err]).toEqual([2, expect.stringContaining('use --yes to confirm without a terminal') as string]);
    expect(asked(program)).toEqual([]);
  });
  test('a name that several have is refused with their ids', async () => {
    const program = await withBin([binned('box'), binned('box', { id: 'second' as BinnedMachine['id'], deletedAt: at(2) })]);
    const { status, err } = await program.viv('purge', 'box', '--yes');
    expect([status, err]).toEqual([
      1,
      'viv: 2 machines called "box" are in the bin; specify one by its id:\n  box-id  deleted 2026-11-21 12:01:00\n  second  deleted 2026-11-21 12:02:00\n',
    ]);
    expect(asked(program)).toEqual([]);
  });
  test('what is refused is said as it is', async () => {
    const program = await withBin([binned('box')], () => {
      throw new ContractError('machine-keeps-protected', { name: 'box', snapshots: ['one'] });
    });
    expect(await program.viv('purge', 'box', '--yes')).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^viv: "box" cannot be deleted permanently, because its snapshot "one" is protected: .*\n$/) as string,
    });
  });
  test.for([
    [['purge'], 2, 'NAME is missing'],
    [['purge', '--all', 'box'], 2, '--all cannot be combined with NAME'],
  ] as const)('%j', async ([words, status, err]) => {
    expect(await viv(temporaryFolder(), ...words)).toMatchObject({ status, err: expect.stringContaining(err) as string });
  });
  test('an empty bin', async () => {
    const program = await withBin([]);
    expect(await program.viv('purge', '--all')).toMatchObject({ status: 0, err: 'viv: the bin is empty\n' });
    expect(await program.viv('purge', 'box', '--yes')).toMatchObject({
      status: 1,
      err: expect.stringContaining('viv list --deleted') as string,
    });
  });
  test.for([
    ['n\r', 130, 0],
    ['\x03', 130, 0],
    ['yes\r', 0, 1],
  ] as const)('asked at a terminal, %j', async ([keys, status, purged]) => {
    const program = await withBin([binned('box')]);
    const terminal = spawn(process.execPath, [VIV, 'purge', 'box'], {
      name: 'xterm',
      env: { ...process.env, VIVARIUM_HOME: program.home },
    });
    let text = '';
    terminal.onData((data) => {
      text += data;
      if (data.includes('[y/N]')) terminal.write(keys);
    });
    const exited = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
    expect(text).toMatch(/box +2026-11-21 12:01:00 +2 +3 MiB/);
    expect([exited, asked(program).length]).toEqual([status, purged]);
  });
});

test('viv list --deleted says what each gives back', async () => {
  const program = await withBin([binned('box'), binned('held', { protectedSnapshots: ['a'] })]);
  expect((await program.viv('list', '--deleted')).out).toBe(
    [
      'NAME  DELETED              SNAPSHOTS       FREES',
      'box   2026-11-21 12:01:00  2               3 MiB',
      'held  2026-11-21 12:01:00  2, 1 protected  3 MiB',
      '',
    ].join('\n'),
  );
});
