#!/usr/bin/env node
/**
 * Starts `viv` under the Node that the project brings (24, which runs TypeScript); the one that happens to be on the
 * path may be older, so this file is plain JavaScript that any Node of the last years reads.
 */
import { spawn } from 'node:child_process';
import module from 'node:module';
import { constants } from 'node:os';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freshBundle } from '../build/fresh-bundle.js';

const NEEDED = 24;
const program = freshBundle('viv') ?? new URL('./viv.ts', import.meta.url).href;

async function start() {
  // glibc keeps what each thread's arena once needed; with one arena a machine takes about 70 MiB less.
  const frugal = { ...process.env, MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '1' };
  if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
    if (process.platform === 'linux' && !process.env.MALLOC_ARENA_MAX && process.argv[2] in { run: 1, serve: 1 } && process.execve)
      process.execve(
        process.execPath,
        [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)],
        frugal,
      );
    module.enableCompileCache?.();
    return void (await import(program));
  }
  const folder = new URL('../../node_modules/node/bin/', import.meta.url);
  const node = ['node', 'node.exe'].map((name) => fileURLToPath(new URL(name, folder))).find((file) => existsSync(file));
  if (node === undefined) {
    console.error(`viv: needs Node ${NEEDED} and this is ${process.version}: run npm ci in the checkout, which brings it`);
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(program), ...process.argv.slice(2)], { stdio: 'inherit', env: frugal });
  // A terminal sends its signals to both processes; the child decides what they mean.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

await start();
