/**
 * Starts the Electron shell from sources, for `npm start`: its binary is fetched when it is absent, and where it
 * cannot be had, or no screen is there for it, the caller is told why and opens the browser shell.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildElectron } from '../build/electron.ts';
import { PROJECT } from '../build/project.ts';
import { buildWindow } from '../build/window.ts';
import { ELECTRON_PACKAGE, electronBinary, obstacle } from './binary.ts';

/** Either Electron runs and ends with this status, or there is a reason why not, as a sentence's beginning. */
export type Launch = { readonly status: Promise<number> } | { readonly unavailable: string };

/** About 110 MB: half a minute on a common line, and nobody waits longer without a sign of life. */
const FETCH_LIMIT_MS = 180_000;
/** After a failure the network is left alone for so long. */
const RETRY_AFTER_MS = 24 * 3600_000;
const FAILED = join(PROJECT, '.cache', 'electron-unavailable');

/**
 * Starts Electron with the given arguments of the command line.
 * @param tell told what takes time
 * @param retry fetch again although it failed lately
 */
export async function launchElectron(args: readonly string[], tell: (line: string) => void, retry = false): Promise<Launch> {
  const reason = obstacle(process.env, process.platform, process.getuid?.());
  if (reason !== undefined) return { unavailable: reason };
  const binary = electronBinary() ?? (await fetchBinary(tell, retry));
  if (binary === undefined) return { unavailable: "Electron's binary is missing and could not be downloaded" };
  if (await buildWindow()) tell('Built the window.');
  if (await buildElectron()) tell('Built the Electron shell.');
  return { status: run(binary, [PROJECT, ...args]) };
}

async function fetchBinary(tell: (line: string) => void, retry: boolean): Promise<string | undefined> {
  const failedAt = statSync(FAILED, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (!retry && Date.now() - failedAt < RETRY_AFTER_MS) return undefined;
  tell('Fetching Electron (about 110 MB) ...');
  const status = await run(process.execPath, [join(ELECTRON_PACKAGE, 'install.js')], FETCH_LIMIT_MS).catch(() => 1);
  const binary = electronBinary();
  if (status === 0 && binary !== undefined) {
    rmSync(FAILED, { force: true });
    return binary;
  }
  mkdirSync(dirname(FAILED), { recursive: true });
  writeFileSync(FAILED, 'Fetching Electron failed; try again with `npm start -- --electron`; otherwise it is retried after a day.\n');
  return undefined;
}

/** Runs a program to its end; its messages go where ours go, except a fetch's, whose failure is said in our words. */
function run(program: string, args: readonly string[], limit?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: PROJECT,
      stdio: limit === undefined ? 'inherit' : 'ignore',
      ...(limit === undefined ? {} : { timeout: limit }),
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
