/** Completion: every call's places, from the help that people read; and the script in a real bash. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { complete, type Names } from '../../main/cli/completion/complete.ts';
import { described } from '../../main/cli/completion/described.ts';
import { completionScript } from '../../main/cli/completion/scripts.ts';
import { commands } from '../../main/cli/commands.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { describeWith, tool } from '../kit/tools.ts';
import { VIV, viv } from './viv.ts';

const names: Names = {
  stored: (kind, machine) =>
    Promise.resolve(
      { machines: ['box', 'my box'], binned: ['old'], networks: ['lab'], snapshots: machine === 'box' ? ['before', 'after all'] : [] }[
        kind
      ],
    ),
  templates: () => Promise.resolve(['debian-riscv64']),
};
const at = async (...typed: readonly string[]) => complete(commands, typed, names);
const words = async (...typed: readonly string[]) => (await at(...typed)).words;

test('commands, their parts and their options', async () => {
  expect(await words('sta')).toEqual(['start']);
  expect(await words('snapshot', 'un')).toEqual(['unpin', 'unprotect', 'undelete']);
  expect(await words('snapshot', '')).toContain('undelete');
  expect(await words('log', '-')).toEqual(['--console', '--follow', '--raw', '--help']);
  expect(await words('log', '--raw', '-')).not.toContain('--raw');
  expect(await words('no-such-command', '')).toEqual([]);
});

test('names of what there is, where a name can stand', async () => {
  expect(await words('start', '')).toEqual(['box', 'my box']);
  expect(await words('start', 'box', 'm')).toContain('my box');
  expect(await words('undelete', '')).toEqual(['old']);
  expect(await words('snapshot', 'restore', 'box', '')).toEqual(['before', 'after all']);
  expect(await words('snapshot', 'delete', 'box', 'before', '')).toContain('after all');
  expect(await words('search', 'panic', '--machine', '')).toEqual(['box', 'my box']);
  expect(await words('create', '')).toEqual([]);
  expect(await words('create', 'new', '--template', '')).toEqual(['debian-riscv64']);
  expect(await words('network', 'delete', '')).toEqual(['lab']);
  expect(await words('link', 'box', 'eth0', '')).toEqual(['up', 'down']);
  expect(await words('disk', 'export', 'box', '1', 'f', '--format', '')).toEqual(['raw', 'qcow2']);
  expect(await at('cp', '')).toEqual({ words: ['box:', 'my box:'], files: true });
  expect(await at('run', '--kernel', '')).toEqual({ words: [], files: true });
  expect(await at('console', 'box', '--console', '')).toEqual({ words: [], files: false });
});

test('every option that a help names is completed, and every usage is understood', async () => {
  for (const { name, load } of commands) {
    const command = await load();
    for (const [called, one] of [
      [name, command] as const,
      ...Object.entries(command.parts ?? {}).map(([part, own]) => [`${name} ${part}`, own] as const),
    ]) {
      const { options, usages } = described(one, called);
      const usage = one.help.slice(one.help.indexOf('Usage:'), one.help.indexOf('\n\n', one.help.indexOf('Usage:')));
      expect(
        options.map((option) => option.name),
        called,
      ).toEqual(expect.arrayContaining([...usage.matchAll(/--[a-z][\w-]*/g)].map(([option]) => option)));
      expect(usages.length, called).toBeGreaterThan(0);
      expect(
        usages.flat().filter((word) => /^[-[(]/.test(word)),
        called,
      ).toEqual([]);
    }
  }
});

test(
  'what is stored is completed quickly without opening the library, and nothing is said where there is none',
  { timeout: 120_000 },
  async () => {
    const home = join(temporaryFolder(), 'home');
    expect(await viv(home, 'completion', 'words', '--', 'start', '')).toEqual({ status: 0, out: 'words\n', err: '' });
    await viv(home, 'create', 'a box', '--template', 'hello-riscv64');
    expect(await viv(home, 'completion', 'words', '--', 'start', '')).toEqual({ status: 0, out: 'words\na box\n', err: '' });
    expect((await viv(home, 'completion', 'tcsh')).err).toContain('one of bash, zsh, fish');
  },
);

/** A shell that has a `viv`, over a home. */
function shellEnvironment(home: string, folder: string): NodeJS.ProcessEnv {
  const program = join(folder, 'viv');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${VIV}" "$@"\n`);
  chmodSync(program, 0o755);
  return { ...process.env, VIVARIUM_HOME: home, PATH: `${folder}:${process.env['PATH']}` };
}

/** What bash offers for a line, asked as its Tab does. */
function bash(home: string, folder: string, line: readonly string[]): string[] {
  const script = `${completionScript('bash')}
compopt() { :; }
COMP_WORDS=(${['viv', ...line].map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length}
_viv; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { env: shellEnvironment(home, folder), cwd: folder, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}

test('a real bash completes commands, machines with spaces in their names, and files', { timeout: 240_000 }, async () => {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  await viv(home, 'create', 'my box', '--template', 'hello-riscv64');
  writeFileSync(join(folder, 'kernel.elf'), '');
  expect(bash(home, folder, ['sea'])).toEqual(['search']);
  expect(bash(home, folder, ['start', ''])).toEqual(['my\\ box']);
  expect(bash(home, folder, ['log', 'my box', '--fo'])).toEqual(['--follow']);
  expect(bash(home, folder, ['run', '--kernel', 'ker'])).toEqual(['kernel.elf']);
});

describeWith(['zsh'], 'zsh', () => {
  test('reads its script', () => void execFileSync(tool('zsh') as string, ['-n'], { input: completionScript('zsh') }));
});
describeWith(['fish'], 'fish', () => {
  test('reads its script, and completes with it', { timeout: 240_000 }, async () => {
    const folder = temporaryFolder();
    const home = join(folder, 'home');
    await viv(home, 'create', 'my box', '--template', 'hello-riscv64');
    const script = `${completionScript('fish')}\ncomplete -C 'viv start '\ncomplete -C 'viv snapshot unp'\n`;
    const out = execFileSync(tool('fish') as string, ['-N', '-c', script], {
      env: shellEnvironment(home, folder),
      cwd: folder,
      encoding: 'utf8',
    });
    expect(out).toContain('my box');
    expect(out).toContain('unpin');
  });
});
