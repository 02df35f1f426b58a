/**
 * The bill of materials that goes with each package: what of others is in it, with versions, licences and checksums, as CycloneDX.
 * npm knows all of this from the lock file; of what it lists, the packages stay that are delivered: those the program needs when it runs,
 * those the window is bundled from, Electron, and what all of these need themselves.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './project.ts';

export const BILL_FILE = join(PROJECT, 'dist', 'bill-of-materials.cdx.json');

/** What of CycloneDX 1.5 is used here. */
export interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly 'bom-ref': string; readonly name: string } };
  readonly components: readonly { readonly 'bom-ref': string; readonly name: string; readonly version: string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}
/** What Electron's package needs is for fetching it; the program in it needs nothing. */
const ALONE: ReadonlySet<string> = new Set(['electron']);
/** Vue works with it, where it is, while a program is built. */
const STAY_BEHIND: ReadonlySet<string> = new Set(['typescript']);

interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile() && /\.(ts|vue|css)$/.test(entry.name)) yield readFileSync(join(entry.parentPath, entry.name), 'utf8');
}

/** The packages of others that are delivered, by name: without those that they need themselves. */
export function deliveredPackages(): readonly string[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Manifest;
  const text = [...sources(join(PROJECT, 'renderer'))].join('\n');
  const bundled = Object.keys(devDependencies).filter((name) => new RegExp(`["'/]${name.replaceAll('/', '\\/')}["'/]`).test(text));
  return [...Object.keys(dependencies), ...bundled, 'electron'];
}

/** Of npm's whole bill, what the given packages are and need. */
export function billOf(whole: Bill, names: readonly string[]): Bill {
  const needs = new Map(whole.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const root = whole.metadata.component['bom-ref'];
  const nameOf = new Map(whole.components.map((component) => [component['bom-ref'], component.name]));
  const first = (needs.get(root) ?? []).filter((ref) => names.includes(nameOf.get(ref) ?? ''));
  const kept = new Set<string>();
  const open = [...first];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    const name = nameOf.get(ref) ?? '';
    if (kept.has(ref) || STAY_BEHIND.has(name)) continue;
    kept.add(ref);
    if (!ALONE.has(name)) open.push(...(needs.get(ref) ?? []));
  }
  return {
    ...whole,
    components: whole.components.filter((component) => kept.has(component['bom-ref'])),
    dependencies: whole.dependencies
      .filter(({ ref }) => ref === root || kept.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) })),
  };
}

/** Reads the bill from the lock file; nothing is fetched. @throws Error where npm cannot be run */
export function readBill(): Bill {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const text = execFileSync(npm, args, {
    cwd: PROJECT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  const bill = JSON.parse(text) as Bill;
  const { name } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Manifest;
  // npm calls it by its folder.
  return { ...bill, metadata: { ...bill.metadata, component: { ...bill.metadata.component, name } } };
}

/** Writes the bill beside what is packed. */
export function writeBill(): void {
  mkdirSync(join(PROJECT, 'dist'), { recursive: true });
  writeFileSync(BILL_FILE, `${JSON.stringify(billOf(readBill(), deliveredPackages()), undefined, 2)}\n`);
}
