/**
 * Native modules, built from the sources in their own packages against the headers that the package `node` brings. Left to
 * themselves, their install scripts would fetch a binary or the headers from somewhere else.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PROJECT } from './project.ts';

/** A package with a native part, and what its build makes. */
interface NativeModule {
  readonly name: string;
  /** In the package's folder. */
  readonly product: string;
  /** Binaries that come with the package for some systems, each a folder `SYSTEM-PROCESSOR`. */
  readonly prebuilt?: string;
}

const MODULES: readonly NativeModule[] = [
  { name: 'sqlite3', product: 'build/Release/node_sqlite3.node' },
  { name: 'node-pty', product: 'build/Release/pty.node', prebuilt: 'prebuilds' },
];

const MODULES_FOLDER = join(PROJECT, 'node_modules');

/**
 * The folder that has `include/node`: part of the package that brings the Node which runs this.
 * @throws Error where neither that package nor this Node has headers
 */
export function findHeaders(): string {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const names = [`node-${system}-${process.arch}`, `node-bin-${system}-${process.arch}`];
  const places = [join(MODULES_FOLDER, 'node', 'node_modules'), MODULES_FOLDER];
  const candidates = [
    ...places.flatMap((place) => names.map((name) => join(place, name))),
    // A Node that was installed by hand, as distributions and nodejs.org lay it out.
    dirname(dirname(process.execPath)),
  ];
  const found = candidates.find((folder) => existsSync(join(folder, 'include', 'node', 'node_api.h')));
  if (found === undefined) throw new Error(`found no Node headers (include/node) in ${candidates.join(', ')}`);
  return found;
}

/** What a build depends on; the same text beside the product means that it need not be built again. */
function stampOf(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return `${version} Node ${process.version} ${process.platform}-${process.arch}\n`;
}

const isBuilt = (product: string, stamp: string): boolean =>
  existsSync(product) && existsSync(`${product}.stamp`) && readFileSync(`${product}.stamp`, 'utf8') === stamp;

/** Builds the package in `folder`; nothing is fetched. @throws Error with the end of the compiler's output */
export function buildFromSource(folder: string, headers: string): void {
  const gyp = createRequire(join(MODULES_FOLDER, 'sqlite3', 'package.json')).resolve('node-gyp/bin/node-gyp.js');
  const { status, error, stdout, stderr } = spawnSync(process.execPath, [gyp, 'rebuild', `--nodedir=${headers}`], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status === 0) return;
  const output = `${stdout}${stderr}`.trim().split('\n').slice(-30).join('\n');
  throw new Error(`node-gyp failed in ${folder}${error ? ` (${error.message})` : ''}:\n${output}`);
}

function prepare({ name, product, prebuilt }: NativeModule): void {
  const folder = join(MODULES_FOLDER, name);
  if (prebuilt !== undefined && existsSync(join(folder, prebuilt, `${process.platform}-${process.arch}`))) return;
  const path = join(folder, product);
  const stamp = stampOf(folder);
  if (isBuilt(path, stamp)) return;
  rmSync(`${path}.stamp`, { force: true });
  console.log(`Building ${name} from its package`);
  buildFromSource(folder, findHeaders());
  if (!existsSync(path)) throw new Error(`node-gyp built ${name}, but left no ${path}`);
  writeFileSync(`${path}.stamp`, stamp);
}

/** Builds those that are not built for this Node yet. @throws Error saying what failed */
export function buildNativeModules(): void {
  for (const module of MODULES) prepare(module);
}
