/** Guest templates: `resources/guests/NAME.json`, read and checked. A template says what a guest is and where its parts come from. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boardOf } from '../../preload/contract/definition/boards.ts';
import { ALL_FIELDS } from '../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { firstProblem } from '../../preload/contract/schema/problems.ts';
import { list, oneOf, optional, record, text, textThat, whole, type Schema } from '../../preload/contract/schema/shapes.ts';

/** What a package is for; of libraries there may be several. */
const ROLES = ['kernel', 'busybox', 'ssh', 'sftp', 'library'] as const;

/** A Debian package a template needs. `sha256: "apt"` takes the hash from apt's signed index; a pinned hash must match it. */
export interface PackagePart {
  readonly role: (typeof ROLES)[number];
  readonly package: string;
  /** For a package that only depends on the real one: which of its dependencies is meant (a regular expression). */
  readonly follow?: string;
  readonly sha256: string;
}

/** A kernel module the guest loads at start, always or where something calls for it. */
export interface ModulePart {
  readonly name: string;
  /** The virtio device type (virtio 1.2, section 5) that calls for it. */
  readonly device?: number;
  /** The maker's number of the PCI functions that call for it. */
  readonly pciVendor?: number;
}

/** With the fields of definitions that are declared to be in templates. */
interface TemplateHead extends Pick<MachineDefinition, 'board' | 'memoryMiB' | 'cores'> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Of the board's cores. */
  readonly architecture: string;
  /** Names of virtio console ports beside the serial port. */
  readonly ports: readonly string[];
  /** What the console's last line looks like when the guest has booted (a regular expression); absent: nobody can tell. */
  readonly ready?: string;
}
export interface LinuxTemplate extends TemplateHead {
  readonly kind: 'linux';
  readonly suite: string;
  /** About how much a first fetch brings, in bytes, for an honest question before it. */
  readonly approximateBytes: number;
  readonly packages: readonly PackagePart[];
  readonly modules: readonly ModulePart[];
  /** A system on a disk of its own, which is made once and is the base of each machine's; absent: everything is in memory. */
  readonly disk?: SystemDisk;
  /** Kernel command lines: of an interactive boot, and of one that runs a single command. */
  readonly commandLine: string;
  readonly runCommandLine: string;
}
/** What a template's disk has; beside these packages those that Debian says are required, and all that they need. */
export interface SystemDisk {
  /** What the guest sees. */
  readonly sizeMiB: number;
  readonly packages: readonly string[];
  /** About how much is downloaded for it, and what it then takes on this computer. */
  readonly fetchBytes: number;
  readonly installedBytes: number;
}
export interface BareTemplate extends TemplateHead {
  readonly kind: 'bare';
  /** Beside the template: assembly source, or a program that is built already. */
  readonly source?: string;
  readonly program?: string;
}
export type Template = LinuxTemplate | BareTemplate;

/** Reads every template of a folder, by name. @throws ContractError naming the file and the field that is wrong */
export function readTemplates(folder: string): Template[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
  return names.map((name) => readTemplate(join(folder, `${name}.json`), name));
}

function readTemplate(file: string, name: string): Template {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ContractError('template-not-json', { file, detail: (error as Error).message });
  }
  return checkTemplate(value, name, file);
}

const name = textThat((value) => /^[A-Za-z0-9][\w.+-]*$/.test(value), 'must be a name of letters, digits, ".", "+", "_" and "-"');
const hash = textThat((value) => /^(apt|[0-9a-f]{64})$/.test(value), 'must be "apt" or 64 hexadecimal digits');
const words = text(1000);
const pattern = textThat(isPattern, 'must be a regular expression');

function isPattern(source: string): boolean {
  try {
    return Boolean(new RegExp(source));
  } catch {
    return false;
  }
}

/** The fields of definitions that templates give, as their board takes them. */
function hardware(board: unknown): Record<string, Schema> {
  const given = ALL_FIELDS.filter(({ field }) => field.inTemplates);
  return Object.fromEntries(
    given.map(({ path, field }) => [
      path,
      field.inTemplates === 'always' ? field.schema(boardOf(board)) : optional(field.schema(boardOf(board))),
    ]),
  );
}

/** Said beside the board's, so that a template can be read without looking the board up. */
function architectureOf(board: unknown): Schema {
  const { architecture } = boardOf(board);
  return textThat((value) => value === architecture, `must be ${architecture}, the architecture of the board ${String(board)}`);
}

const head = (board: unknown) => ({
  ...hardware(board),
  kind: oneOf(['linux', 'bare']),
  title: words,
  description: words,
  architecture: architectureOf(board),
  ports: list(name, boardOf(board).portsMax),
  ready: optional(pattern),
});
const linux = {
  suite: name,
  approximateBytes: whole(0, Number.MAX_SAFE_INTEGER),
  packages: list(record({ role: oneOf(ROLES), package: name, follow: optional(pattern), sha256: hash }), 100),
  modules: list(record({ name, device: optional(whole(1, 0xffff)), pciVendor: optional(whole(1, 0xffff)) }), 1000),
  disk: optional(
    record({
      sizeMiB: whole(512, 1024 * 1024),
      packages: list(name, 1000),
      fetchBytes: whole(0, Number.MAX_SAFE_INTEGER),
      installedBytes: whole(0, Number.MAX_SAFE_INTEGER),
    }),
  ),
  commandLine: words,
  runCommandLine: words,
};
const bare = { source: optional(name), program: optional(name) };

/** @throws ContractError naming the first field that is wrong and what it must be */
export function checkTemplate(value: unknown, templateName: string, file: string): Template {
  const { kind, board } = (value ?? {}) as { readonly kind?: unknown; readonly board?: unknown };
  const problem = firstProblem(record({ ...head(board), ...(kind === 'bare' ? bare : linux) }), value);
  if (problem) throw new ContractError('template-invalid', { file, problem: `${problem.field || 'it'} ${problem.message}` });
  const template = { ...(value as Omit<Template, 'name'>), name: templateName } as Template;
  if (template.kind === 'bare' && (template.source === undefined) === (template.program === undefined))
    throw new ContractError('template-invalid', { file, problem: 'it must have either "source" or "program"' });
  if (template.kind === 'linux')
    for (const role of ['kernel', 'busybox'])
      if (template.packages.filter((part) => part.role === role).length !== 1) throw new ContractError('template-role', { file, role });
  return template;
}
