/** How `viv` is called: help for everything, and wrong calls that end with 2 and say where help is. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../main/cli/command.ts';
import { commands, overview } from '../../main/cli/commands.ts';
import { givenOptions, type OptionValues } from '../../main/cli/machine-options.ts';
import { readMebibytes } from '../../preload/contract/definition/units.ts';
import { OptionError } from '../../preload/contract/definition/field.ts';
import { definitionOf, definitionPatch } from '../../main/cli/machine-definition.ts';
import { progressText } from '../../main/cli/progress-line.ts';
import { escapeReader } from '../../main/cli/terminal.ts';
import { bareDefinition } from '../main/scripted-machine.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { viv } from './viv.ts';

describe('help', () => {
  test('every command is listed and has usage and an example', async () => {
    const check = (name: string, { help }: Command) => {
      expect(help).toMatch(new RegExp(`^viv ${name}: `));
      expect(help).toMatch(new RegExp(`Usage: viv ${name}`));
      expect(help).toMatch(new RegExp(`Examples:\\n  viv ${name}`));
      expect(help.split('\n').filter((line) => line.length > 120)).toEqual([]);
    };
    for (const { name, load } of commands) {
      expect(overview()).toContain(`  ${name} `);
      const command = await load();
      check(name, command);
      for (const [part, itsCommand] of Object.entries(command.parts ?? {})) {
        expect(command.help).toContain(`  ${part} `);
        check(`${name} ${part}`, itsCommand);
      }
    }
  });
  test('the command line prints it on standard output', async () => {
    const folder = temporaryFolder();
    expect(await viv(folder, '--help')).toEqual({ status: 0, out: overview(), err: '' });
    expect(await viv(folder, 'run', '--help')).toMatchObject({ status: 0, out: expect.stringContaining('--bare FILE'), err: '' });
    expect(await viv(folder, 'help', 'list')).toMatchObject({ status: 0, out: expect.stringContaining('--json') });
    const [direct, asked] = [await viv(folder, 'snapshot', 'diff', '--help'), await viv(folder, 'help', 'snapshot', 'diff')];
    expect(direct).toMatchObject({ status: 0, out: expect.stringContaining('Usage: viv snapshot diff NAME A [B]'), err: '' });
    expect(asked).toEqual(direct);
    expect(await viv(folder, '--version')).toMatchObject({ status: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

test.for([
  [[], 'Usage: viv COMMAND'],
  [['nonsense'], 'there is no command "nonsense"'],
  [['run'], 'specify what to boot'],
  [['run', '--nonsense'], `Unknown option '--nonsense'`],
  [['run', '--kernel'], 'argument missing'],
  [['run', '--kernel', 'a', '--bare', 'b'], '--kernel and --bare cannot be combined'],
  [['run', '--bare', 'a', '--append', 'x'], '--append cannot be combined with --bare'],
  [['run', '--kernel', 'a', '--board', 'pc', '--virtio', 'mmio'], '--virtio can only be pci here'],
  [['run', '--bare', 'a', '--board', 'abacus'], '--board takes riscv64-virt or pc, not "abacus"'],
  [['create', 'box', '--template', 'x', '--board', 'riscv64-virt'], '--board cannot be combined with --template'],
  [['run', '--kernel', 'a', '--run', 'x'], '--run needs --template'],
  [['run', '--bare', 'a', '--memory', 'lots'], '--memory takes a size'],
  [['run', '--bare', 'a', '--cpus', '99'], '--cpus takes a number'],
  [['run', '--bare', 'a', '--engine', 'steam'], '--engine takes auto, interpreter or compiler'],
  [['run', '--bare', 'a', '--drive', 'disk.img'], '--drive takes file=FILE'],
  [['run', '--bare', 'a', '--timeout', 'soon'], '--timeout takes a number of seconds'],
  [['run', '--bare', 'a', 'stray'], 'unexpected argument "stray"'],
  [['create', '--template', 'x'], 'NAME is missing'],
  [['create', 'box'], 'specify what to boot'],
  [['start'], 'NAME is missing'],
  [['console', 'box', '--console', 'x'], '--console takes a number'],
  [['set', 'box'], 'specify what to change'],
  [['library', 'burn'], 'expected check or repair, not "burn"'],
  [['run', '--bare', 'a', '--drive', 'file=a,format=qcow2'], 'never written in place: add overlay'],
  [['create', 'box', '--bare', 'a', '--booted'], '--booted needs --template'],
  [['create', 'box', '--template', 'x', '--booted', '--memory', '1G'], '--booted cannot be combined with --memory'],
  [['create', 'box', '--bare', 'a', '--checkpoints', 'often'], '--checkpoints takes 30s'],
  [['set', 'box', '--template', 'x'], 'the template of a machine cannot be changed'],
  [['set', 'box', '--on-quit', 'burn'], '--on-quit takes save or stop'],
  [['set', 'box', '--checkpoint-budget', '7'], '--checkpoint-budget takes a size'],
  [['suspend'], 'NAME is missing'],
  [['snapshot'], 'COMMAND is missing: one of create, list'],
  [['snapshot', 'burn', 'box'], 'there is no command "viv snapshot burn"; there are: create, list'],
  [['snapshot', 'list'], 'NAME is missing\nTry: viv snapshot list --help'],
  [['snapshot', 'create', 'box', ''], 'SNAPSHOT-NAME is empty'],
  [['snapshot', 'create', 'box', 'n'.repeat(101)], 'a name has at most 100 characters'],
  [['snapshot', 'import', 'a', '--name', ''], '--name is empty'],
  [['snapshot', 'create', 'box', 'a', 'b'], 'unexpected argument "b"'],
  [['snapshot', 'restore', 'box'], 'SNAPSHOT is missing'],
  [['snapshot', 'branch', 'box', 'a'], 'NEW-NAME is missing'],
  [['snapshot', 'rename', 'box', 'a', ' '], 'NEW-NAME is empty'],
  [['snapshot', 'pin', 'box'], 'SNAPSHOT is missing'],
  [['snapshot', 'diff', 'box', 'a', 'b', 'c'], 'unexpected argument "c"'],
  [['snapshot', 'undelete', 'box', 'first'], 'ID is what viv snapshot delete printed'],
  [['snapshot', 'import'], 'FILE is missing'],
  [['disk'], 'COMMAND is missing: one of list, add'],
  [['disk', 'add', 'box'], 'specify what to add'],
  [['disk', 'remove', 'box', 'vda'], 'DISK is its number'],
  [['disk', 'resize', 'box', '1', 'large'], 'SIZE takes a size'],
  [['disk', 'export', 'box', '1', 'a.bin'], 'cannot tell the format from the name "a.bin": add --format raw or --format qcow2'],
  [['disk', 'export', 'box', '1', 'a.img', '--compress'], '--compress needs --format qcow2'],
] as const)('a wrong call: viv %j', async ([args, message]) => {
  const folder = temporaryFolder();
  const { status, out, err } = await viv(`${folder}/home`, ...args);
  expect(err).toContain(message);
  expect(args.length === 0 || err.includes('Try: viv')).toBe(true);
  expect([status, out]).toEqual([2, '']);
  expect(existsSync(`${folder}/home`)).toBe(false);
});

describe('options', () => {
  test.for([
    ['512M', 512],
    ['1G', 1024],
    ['16', 16],
    ['64', 64],
    ['2g', 2048],
    ['128MiB', 128],
  ] as const)('%s of memory', ([text, size]) => expect(readMebibytes(text, { min: 16, max: 3072 })).toBe(size));
  test.for(['', '0', '10', '15M', '-1M', '1T', '4G', '1.5G', 'M'])('%j is no size', (text) =>
    expect(() => readMebibytes(text, { min: 16, max: 3072 })).toThrow(OptionError),
  );

  const given = (values: OptionValues) => givenOptions('create', values);
  const define = (values: OptionValues) => definitionOf('box', given(values));
  test('files are made absolute, what is not given is absent', () => {
    expect(given({ kernel: 'Image' }).map(({ option, value }) => [option.path, value])).toEqual([
      ['boot.kernel', `${process.cwd()}/Image`],
    ]);
    expect(given({})).toEqual([]);
  });

  test('a definition says what was asked for', () => {
    expect(define({ kernel: '/k', append: 'quiet', bios: '/f' }).boot).toEqual({
      kind: 'linux',
      kernel: '/k',
      commandLine: 'quiet',
      firmware: '/f',
    });
    expect(define({ bios: '/f' }).boot).toEqual({ kind: 'firmware', firmware: '/f' });
    expect(define({ bare: '/p' }).boot).toEqual({ kind: 'bare', program: '/p' });
    expect(() => define({ bios: '/f', append: 'x' })).toThrow('--append needs --kernel');
    expect(define({ bare: '/p', port: ['a', 'b'], note: 'mine', device: ['edu', 'edu'] })).toMatchObject({
      ...{ board: 'riscv64-virt', memoryMiB: 512, cores: 1, engine: 'auto', note: 'mine', disks: [] },
      ports: [{ name: 'a' }, { name: 'b' }],
      devices: ['edu'],
    });
    expect(() => define({ bare: '/p', port: ['a', 'a'] })).toThrow('--port: There is already a port with this name.');
  });

  test('a change names only what changes', () => {
    const linux = bareDefinition('box', { template: 'debian-riscv64', boot: { kind: 'linux' } });
    const patch = (values: OptionValues) => definitionPatch(givenOptions('set', values), linux);
    expect(patch({})).toEqual({});
    expect(patch({ memory: '64M' })).toEqual({ memoryMiB: 64 });
    expect(patch({ append: 'quiet' })).toEqual({ boot: { kind: 'linux', commandLine: 'quiet' } });
    expect(patch({ bare: '/p' })).toEqual({ boot: { kind: 'bare', program: '/p' } });
    expect(patch({ device: ['none'] })).toEqual({ devices: [] });
  });
});

describe('the escape key', () => {
  /** Feeds pieces of keys; `X` in the result marks leaving. */
  const read = (...pieces: readonly string[]) => {
    let result = '';
    const take = escapeReader({ input: (bytes) => (result += new TextDecoder().decode(bytes)), leave: () => (result += '[leave]') });
    for (const piece of pieces) take(new TextEncoder().encode(piece));
    return result;
  };
  test.for([
    [['plain'], 'plain'],
    [['ls\x01x'], 'ls[leave]'],
    [['\x01', 'X'], '[leave]'],
    [['\x01\x01'], '\x01'],
    [['\x01', '\x01', 'x'], '\x01x'],
    [['\x01e'], '\x01e'],
    [['a\x01'], 'a'],
  ] as const)('%j', ([pieces, expected]) => expect(read(...pieces)).toBe(expected));
});

test('progress in one line', () => {
  expect(progressText({ message: 'Fetching' })).toBe('Fetching');
  expect(progressText({ message: 'Fetching', fraction: 0.256, bytesDone: 25.6e6, bytesTotal: 100e6, bytesPerSecond: 3e6 })).toBe(
    'Fetching, 25 %, 24.4 MiB of 95.4 MiB, 2.9 MiB/s',
  );
});
