/** Argument checks: small predicates that name what is wrong. Data from a window or a socket is untrusted. */
import { ContractError, type Check } from './contract.ts';
import { isSafeText, safeText } from './foreign-text.ts';

/** Throws `ContractError('invalid')` unless the value is acceptable. */
export type ValueCheck = (value: unknown, where: string) => void;

const refuse = (where: string, wanted: string): never => {
  throw new ContractError('invalid', `${where} must be ${wanted}`);
};

/** Checks a call's arguments one by one; too many or too few are refused. */
export const args = (...checks: readonly ValueCheck[]): Check => argsWithOptional(checks);

/** The same for a call whose last arguments may be left out. */
export function argsWithOptional(needed: readonly ValueCheck[], ...more: readonly ValueCheck[]): Check {
  const checks = [...needed, ...more];
  return (values) => {
    if (values.length < needed.length || values.length > checks.length)
      refuse('the call', `given ${checks.length} arguments, not ${values.length}`);
    values.forEach((value, index) => checks[index]?.(value, `argument ${index + 1}`));
  };
}
/** A call without arguments. */
export const nothing: Check = args();

const text =
  (longest: number, shortest = 1): ValueCheck =>
  (value, where) => {
    if (typeof value !== 'string' || value.length < shortest || value.length > longest || value.includes('\0'))
      refuse(where, `text of ${shortest} to ${longest} characters`);
  };
/** A name that a person gives: what a terminal would obey has no place in it. */
const name: ValueCheck = (value, where) => {
  text(100)(value, where);
  if (!isSafeText(value as string))
    throw new ContractError('invalid', `a name has no control characters or direction marks: "${safeText(value as string)}"`);
};
const whole =
  (least: number, most: number): ValueCheck =>
  (value, where) => {
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
      refuse(where, `a whole number from ${least} to ${most}`);
  };
const oneOf =
  (...choices: readonly string[]): ValueCheck =>
  (value, where) => {
    if (!choices.includes(value as string)) refuse(where, `one of ${choices.join(', ')}`);
  };
const list =
  (check: ValueCheck, most: number): ValueCheck =>
  (value, where) => {
    if (!Array.isArray(value) || value.length > most) return refuse(where, `a list of at most ${most}`);
    value.forEach((item, index) => check(item, `${where}[${index}]`));
  };
const flag: ValueCheck = (value, where) => {
  if (typeof value !== 'boolean') refuse(where, 'true or false');
};

type Shape = Record<string, { readonly check: ValueCheck; readonly optional: boolean }>;
const needed = (check: ValueCheck) => ({ check, optional: false });
const optional = (check: ValueCheck) => ({ check, optional: true });
const record =
  (shape: Shape): ValueCheck =>
  (value, where) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(where, 'an object');
    for (const key of Object.keys(value)) if (!Object.hasOwn(shape, key)) refuse(where, `without the unknown field "${key}"`);
    for (const [key, rule] of Object.entries(shape)) {
      const field = (value as Record<string, unknown>)[key];
      if (field === undefined && rule.optional) continue;
      rule.check(field, `${where}.${key}`);
    }
  };
const partial = (shape: Shape): ValueCheck =>
  record(Object.fromEntries(Object.entries(shape).map(([key, rule]) => [key, optional(rule.check)])));

export const path: ValueCheck = text(4096);
export const machineId: ValueCheck = text(64);
export const machineIds: ValueCheck = list(machineId, 10_000);
export const taskId: ValueCheck = text(64);
export const templateName: ValueCheck = text(100);
export const consoleIndex: ValueCheck = whole(0, 31);
export const searchText: ValueCheck = text(1000);
export const terminalSize: ValueCheck = record({ columns: needed(whole(1, 1000)), rows: needed(whole(1, 1000)) });

/** A number of bytes: up to 2^53. */
const bytes: ValueCheck = whole(0, Number.MAX_SAFE_INTEGER);

/** As many as the boards have places for. */
export const DISKS_MAX = 24;
/** What a machine may have, in MiB. */
export const MEMORY_MIB = { min: 16, max: 3072 } as const;

export const diskDefinition: ValueCheck = record({
  id: optional(text(64)),
  path: optional(path),
  format: optional(oneOf('raw', 'qcow2')),
  readonly: needed(flag),
  writes: optional(oneOf('overlay', 'throwaway', 'direct')),
  sizeBytes: optional(bytes),
});
const definitionShape: Shape = {
  name: needed(name),
  board: needed(oneOf('riscv64-virt')),
  cores: needed(whole(1, 8)),
  memoryMiB: needed(whole(MEMORY_MIB.min, MEMORY_MIB.max)),
  engine: needed(oneOf('auto', 'interpreter', 'compiler')),
  template: optional(templateName),
  boot: needed(
    record({
      kind: needed(oneOf('linux', 'bare', 'firmware')),
      kernel: optional(path),
      initrd: optional(path),
      commandLine: optional(text(2048, 0)),
      firmware: optional(path),
      program: optional(path),
    }),
  ),
  disks: needed(list(diskDefinition, DISKS_MAX)),
  ports: needed(list(record({ name: needed(text(60)) }), 16)),
  virtio: optional(oneOf('mmio', 'pci')),
  devices: optional(list(oneOf('edu'), 8)),
  note: needed(text(20_000, 0)),
  checkpoints: optional(record({ everySeconds: needed(whole(0, 86_400)), budgetBytes: needed(bytes) })),
  onQuit: optional(oneOf('save', 'stop')),
};
export const definition: ValueCheck = record(definitionShape);
/** One that was made at any time, by any version: names were free once. */
export const storedDefinition: ValueCheck = record({ ...definitionShape, name: needed(text(100)) });
export const definitionPatch: ValueCheck = partial(definitionShape);
/** Fields as they were read: they are only compared, so values that are no longer acceptable do no harm and can be changed. */
export const definitionBase: ValueCheck = record(
  Object.fromEntries(Object.keys(definitionShape).map((field) => [field, optional(() => undefined)])),
);
export const newMachine: ValueCheck = record({
  template: optional(templateName),
  name: optional(name),
  definition: optional(definition),
  booted: optional(flag),
});

export const hostPath: ValueCheck = path;
export const snapshotId: ValueCheck = text(64);
export const snapshotIds: ValueCheck = list(snapshotId, 10_000);
const note = text(20_000, 0);
export const newSnapshot: ValueCheck = record({ name: optional(name), note: optional(note) });
export const snapshotPatch: ValueCheck = record({
  name: optional(name),
  note: optional(note),
  pinned: optional(flag),
  protected: optional(flag),
});
export const branchRequest: ValueCheck = record({ name: optional(name), start: needed(flag) });
export const diffTarget: ValueCheck = (value, where) => (value === null ? undefined : snapshotId(value, where));

export const diskSlot: ValueCheck = whole(0, DISKS_MAX - 1);
export const diskSize: ValueCheck = bytes;
const imageFormat = oneOf('raw', 'qcow2');
export const diskImport: ValueCheck = record({ path: needed(path), format: optional(imageFormat), copy: needed(flag) });
export const diskExport: ValueCheck = record({
  path: needed(path),
  format: needed(imageFormat),
  snapshot: optional(snapshotId),
  compress: optional(flag),
});
export const settingsPatch: ValueCheck = partial({
  theme: needed(oneOf('system', 'light', 'dark')),
  consoleFontSize: needed(whole(8, 32)),
  scrollbackLines: needed(whole(100, 1_000_000)),
  interrupted: needed(oneOf('offer', 'resume')),
});

/** As long as Linux takes one argument. */
const COMMAND_MAX = 128 * 1024;
const commandSize = record({ columns: needed(whole(0, 0xffff)), rows: needed(whole(0, 0xffff)) });
export const commandRequest: ValueCheck = record({
  text: needed(text(COMMAND_MAX, 0)),
  terminal: optional(record({ kind: needed(text(63, 0)), size: needed(commandSize) })),
  errorsApart: optional(flag),
});
export const commandControl: ValueCheck = (value, where) => {
  const fields = Object.keys((value ?? {}) as object);
  if (fields.length !== 1) refuse(where, 'one request');
  record({ endInput: optional(flag), signal: optional(whole(1, 64)), size: optional(commandSize) })(value, where);
};
