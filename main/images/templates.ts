/** Guest templates: `resources/guests/NAME.json`, read and checked. A template says what a guest is and where its parts come from. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContractError } from '../../preload/contract/contract.ts';

/** A Debian package a template needs. `sha256: "apt"` takes the hash from apt's signed index; a pinned hash must match it. */
export interface PackagePart {
  readonly role: 'kernel' | 'busybox';
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

interface TemplateHead {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly architecture: 'riscv64';
  readonly board: 'riscv64-virt';
  readonly memoryMiB: number;
  readonly cores: number;
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
  /** Kernel command lines: of an interactive boot, and of one that runs a single command. */
  readonly commandLine: string;
  readonly runCommandLine: string;
}
export interface BareTemplate extends TemplateHead {
  readonly kind: 'bare';
  /** Assembly source beside the template. */
  readonly source: string;
}
export type Template = LinuxTemplate | BareTemplate;

/** Reads every template of a folder, by name. @throws ContractError naming the file and the field that is wrong */
export function readTemplates(folder: string): Template[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return names.map((name) => readTemplate(join(folder, name), name.slice(0, -'.json'.length)));
}

function readTemplate(file: string, name: string): Template {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ContractError('invalid', `the template ${file} is not valid JSON: ${(error as Error).message}`);
  }
  return checkTemplate(value, name, file);
}

type Fields = Record<string, unknown>;
/** A field's rule: undefined when the value is right, else what it must be. */
type Rule = (value: unknown) => string | undefined;

const text: Rule = (value) => (typeof value === 'string' && value !== '' ? undefined : 'text');
const name: Rule = (value) =>
  typeof value === 'string' && /^[A-Za-z0-9][\w.+-]*$/.test(value) ? undefined : 'a name of letters, digits, ".", "+", "_" and "-"';
const literal =
  (expected: string): Rule =>
  (value) =>
    value === expected ? undefined : `"${expected}"`;
const oneOf =
  (...choices: string[]): Rule =>
  (value) =>
    choices.includes(value as string) ? undefined : `one of ${choices.join(', ')}`;
const whole =
  (least: number, most: number): Rule =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `a whole number from ${least} to ${most}`;
const hash: Rule = (value) =>
  value === 'apt' || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) ? undefined : '"apt" or 64 hexadecimal digits';
const pattern: Rule = (value) => {
  try {
    return typeof value === 'string' && new RegExp(value) ? undefined : 'a regular expression';
  } catch {
    return 'a regular expression';
  }
};
const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined ? undefined : rule(value);
const listOf =
  (rule: Rule): Rule =>
  (value) => {
    if (!Array.isArray(value)) return 'a list';
    const wrong = value.map(rule).findIndex((problem) => problem !== undefined);
    return wrong < 0 ? undefined : `a list whose entry ${wrong + 1} is ${rule(value[wrong])}`;
  };
const object =
  (rules: Record<string, Rule>): Rule =>
  (value) => {
    const problem = problemIn(value, rules);
    return problem && `an object where ${problem}`;
  };

function problemIn(value: unknown, rules: Record<string, Rule>): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'fields are given';
  for (const key of Object.keys(value)) if (!Object.hasOwn(rules, key)) return `there is no field "${key}"`;
  for (const [key, rule] of Object.entries(rules)) {
    const wanted = rule((value as Fields)[key]);
    if (wanted) return `"${key}" is ${wanted}`;
  }
  return undefined;
}

const head: Record<string, Rule> = {
  kind: oneOf('linux', 'bare'),
  title: text,
  description: text,
  architecture: literal('riscv64'),
  board: literal('riscv64-virt'),
  memoryMiB: whole(16, 3072),
  cores: whole(1, 8),
  ports: listOf(name),
  ready: optional(pattern),
};
const kinds: Record<Template['kind'], Record<string, Rule>> = {
  linux: {
    ...head,
    suite: name,
    approximateBytes: whole(0, Number.MAX_SAFE_INTEGER),
    packages: listOf(object({ role: oneOf('kernel', 'busybox'), package: name, follow: optional(pattern), sha256: hash })),
    modules: listOf(object({ name, device: optional(whole(1, 0xffff)), pciVendor: optional(whole(1, 0xffff)) })),
    commandLine: text,
    runCommandLine: text,
  },
  bare: { ...head, source: name },
};

/** @throws ContractError naming the first field that is wrong and what it must be */
export function checkTemplate(value: unknown, templateName: string, file: string): Template {
  const kind = (value as Fields | null)?.['kind'] === 'bare' ? 'bare' : 'linux';
  const problem = problemIn(value, kinds[kind]);
  if (problem) throw new ContractError('invalid', `the template ${file} is not valid; expected: ${problem}.`);
  const template = { ...(value as Omit<Template, 'name'>), name: templateName } as Template;
  if (template.kind === 'linux')
    for (const role of ['kernel', 'busybox'])
      if (template.packages.filter((part) => part.role === role).length !== 1)
        throw new ContractError('invalid', `the template ${file} is not valid: it must name exactly one package with the role "${role}".`);
  return template;
}
