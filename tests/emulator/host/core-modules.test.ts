/** Modules of cores on disk: for the next process of the same program, and no trouble where something is wrong with them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadBoard } from '../../../emulator/board/boards.ts';
import { wasm } from '../../../emulator/engine/wasm/webassembly.ts';
import { CoreModules } from '../../../emulator/host/core-modules.ts';
import type { MachineConfiguration } from '../../../emulator/index.ts';
import { machineLayout } from '../../../emulator/machine/layout.ts';

await loadBoard('riscv64-virt');
/** Magic and version: a module with nothing in it. */
const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const made = { module: new wasm.Module(bytes), bytes };
const layoutOf = (mebibytes: number) =>
  machineLayout({
    board: 'riscv64-virt',
    memoryBytes: mebibytes * 2 ** 20,
    cores: 1,
    engine: 'auto',
    boot: { kind: 'bare', program: '' },
    disks: [],
    ports: [],
  } satisfies MachineConfiguration);

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'vivarium-modules-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** As a process that runs a version of the program. */
function modules(program: string | undefined, open = () => folder): CoreModules {
  const kept = new CoreModules(() => program);
  kept.keepIn(open);
  return kept;
}

test('one process leaves a module to the next, for machines of that shape and by the same program', async () => {
  await modules('one').add(layoutOf(8), 'auto', 0, made);
  expect(modules('one').get(layoutOf(8), 'auto', 0)).toBeInstanceOf(WebAssembly.Module);
  expect(modules('one').get(layoutOf(16), 'auto', 0)).toBeUndefined();
  expect(modules('one').get(layoutOf(8), 'interpreter', 0)).toBeUndefined();
  expect(modules('two').get(layoutOf(8), 'auto', 0)).toBeUndefined();
  expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
});

test('a file that is not whole is no module', async () => {
  await modules('one').add(layoutOf(8), 'auto', 0, made);
  const path = join(folder, readdirSync(folder)[0]!);
  const content = readFileSync(path);
  for (const spoilt of [content.subarray(0, -1), content.subarray(0, 10), Buffer.alloc(0), content.with(33, 1)]) {
    writeFileSync(path, spoilt);
    expect(modules('one').get(layoutOf(8), 'auto', 0)).toBeUndefined();
  }
});

test('without a folder, or without a program that stays the same, a process has its own only', async () => {
  const refused = () => {
    throw new Error('read-only');
  };
  for (const kept of [modules('one', refused), modules(undefined)]) {
    await kept.add(layoutOf(8), 'auto', 0, made);
    expect(kept.get(layoutOf(8), 'auto', 0)).toBe(made.module);
  }
  expect(readdirSync(folder)).toEqual([]);
});
