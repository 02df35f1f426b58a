/** The bundle that a checkout starts from: it does what the sources do, and is left alone as soon as one of them has changed. */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workerEntries } from '../../../main/build/bundle.ts';
import { PROJECT } from '../../../main/build/project.ts';

const run = promisify(execFile);
/** A copy of the project, whose sources may be changed. */
const copy = mkdtempSync(join(tmpdir(), 'vivarium-program-'));
const viv = (...args: string[]) =>
  run(process.execPath, [join(copy, 'main/cli/viv.js'), ...args], { env: { ...process.env, VIVARIUM_HOME: join(copy, 'home') } });
const fresh = async (): Promise<string | undefined> => {
  const module = pathToFileURL(join(copy, 'main/build/fresh-bundle.js')).href;
  const script = `import(${JSON.stringify(module)}).then(({ freshBundle }) => console.log(freshBundle('viv') ?? 'sources'))`;
  return (await run(process.execPath, ['-e', script])).stdout.trim();
};

const build = () =>
  run(process.execPath, [
    '-e',
    `import(${JSON.stringify(pathToFileURL(join(copy, 'main/build/program.ts')).href)}).then((m) => m.buildProgram())`,
  ]);

beforeAll(async () => {
  for (const name of ['main', 'preload', 'emulator', 'resources']) cpSync(join(PROJECT, name), join(copy, name), { recursive: true });
  copyFileSync(join(PROJECT, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  await build();
}, 120_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('runs a machine with threads and files of the bundle', { timeout: 120_000 }, async () => {
  expect(await fresh()).toBe(pathToFileURL(join(copy, 'dist/program/viv.mjs')).href);
  await viv('create', 'bundled', '--template', 'hello-riscv64');
  const list = JSON.parse((await viv('list', '--json')).stdout) as { name: string }[];
  expect(JSON.stringify(list)).toContain('bundled');
  // Takes a core, an input/output and a compiler thread.
  const program = join(copy, 'main/cli/viv.js');
  const machine = run(process.execPath, [program, 'run', '--template', 'hello-riscv64'], {
    env: { ...process.env, VIVARIUM_HOME: join(copy, 'home') },
  });
  let shown = '';
  machine.child.stdout?.on('data', (bytes: Buffer) => {
    // The line may come in several pieces.
    shown += bytes.toString();
    if (shown.includes('help lists')) machine.child.kill('SIGTERM');
  });
  const { stdout: console } = await machine.catch((error: unknown) => error as { stdout: string });
  expect(console).toContain('Hello from a bare');
});

test('every module that is loaded by its address is bundled', () => {
  const sources = ['main', join('emulator', 'host')].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('build'))
      .map((name) => readFileSync(join(PROJECT, folder, name), 'utf8')),
  );
  const loaded = sources.flatMap((source) =>
    [...source.matchAll(/new URL\('\.\/([\w-]+\.ts)', import\.meta\.url\)/g)].map(([, name]) => name),
  );
  expect(loaded).toContain('common-link.ts');
  const bundled = new Set(workerEntries().map((file) => basename(file)));
  expect(loaded.filter((name) => !bundled.has(name as string))).toEqual([]);
});

test.each(['main/cli/viv.ts', 'main/build/bundle.ts'])(
  'once %s has changed the sources are what counts',
  { timeout: 120_000 },
  async (path) => {
    await build();
    expect(await fresh()).not.toBe('sources');
    utimesSync(join(copy, path), 1, 1);
    expect(await fresh()).toBe('sources');
  },
);

test('a source that changed while the bundle was made is not taken to be in it', { timeout: 120_000 }, async () => {
  const source = join(copy, 'main/cli/viv.ts');
  const later = Date.now() / 1000 + 3600;
  utimesSync(source, later, later);
  await build();
  expect(await fresh()).toBe('sources');
});
