/** What is wrong with a definition, field by field, as far as it can be said without looking at files. */
import type { Problem } from '../schema/problems.ts';
import { boardProblems, type DiskDefinition, type MachineDefinition } from './schema.ts';
import { ALL_FIELDS, fieldAt, plainText, valueAt } from './walk.ts';

/** A disk's size is counted in sectors of so many bytes (virtio 1.2, 5.2.4). */
const SECTOR_BYTES = 512;

function* bootRules({ boot, template }: MachineDefinition): Generator<Problem> {
  for (const { path, field } of ALL_FIELDS)
    if (field.startsWith === boot.kind && template === undefined && !valueAt({ boot }, path))
      yield { field: path, message: `Choose the ${field.label.toLowerCase()} to ${boot.kind === 'linux' ? 'boot' : 'run'}.` };
}

function* diskRules({ path, id, format, readonly, writes = 'direct', sizeBytes }: DiskDefinition): Generator<Problem> {
  if (path === '') yield { field: 'path', message: 'Choose a file, or remove this disk.' };
  if (path === undefined && writes === 'direct')
    yield { field: 'path', message: 'Choose a file, or keep writes in an overlay of an empty disk.' };
  else if (path === undefined && id === undefined && !sizeBytes) yield { field: 'sizeBytes', message: 'Enter the size of the disk.' };
  else if (sizeBytes !== undefined && (sizeBytes === 0 || sizeBytes % SECTOR_BYTES !== 0))
    yield { field: 'sizeBytes', message: `A disk’s size must be a multiple of ${SECTOR_BYTES} bytes.` };
  if (format === 'qcow2' && writes === 'direct' && !readonly)
    yield {
      field: 'writes',
      message: 'A qcow2 image is never written: keep writes in an overlay, discard them on shutdown, or attach it read-only.',
    };
}

function* rules(definition: MachineDefinition): Generator<Problem> {
  const { name, disks, ports } = definition;
  if (name.trim() === '') yield { field: 'name', message: 'Enter a name for the machine.' };
  yield* bootRules(definition);
  for (const [index, disk] of disks.entries())
    for (const { field, message } of diskRules(disk)) yield { field: `disks.${index}.${field}`, message };
  yield* portProblems(ports);
  yield* forwardProblems(definition);
}

/** Forwards that lead nowhere. */
export function* forwardProblems({ forwards = [], networks = [] }: Pick<MachineDefinition, 'forwards' | 'networks'>): Generator<Problem> {
  if (forwards.length > 0 && networks.length === 0)
    yield { field: 'forwards', message: 'Ports are forwarded through a network card: add one, or remove the forwards.' };
}

/** Ports that a guest could not tell apart. */
export function* portProblems(ports: MachineDefinition['ports']): Generator<Problem> {
  for (const [index, port] of ports.entries()) {
    const field = `ports.${index}.name`;
    if (port.name.trim() === '') yield { field, message: 'Enter a name for the port, or remove it.' };
    else if (ports.findIndex((other) => other.name === port.name) < index)
      yield { field, message: 'There is already a port with this name.' };
  }
}

/** Whether a definition has the shape of one, so that it can be looked at, whatever its values are worth. */
const hasShape = ({ boot, disks, ports, name }: MachineDefinition): boolean =>
  typeof name === 'string' &&
  typeof boot === 'object' &&
  [disks, ports].every((list) => Array.isArray(list) && list.every((item) => typeof item === 'object' && item !== null));

/** At most one fault a field; what its board does not take, and what does not make a machine. */
export function definitionProblems(definition: MachineDefinition): readonly Problem[] {
  const found = new Map<string, Problem>();
  const all = [...(hasShape(definition) ? rules(definition) : []), ...boardProblems(definition)];
  for (const problem of all) if (!found.has(problem.field)) found.set(problem.field, problem);
  return [...found.values()];
}

/** Fields that are settled when a machine is made, and are something else in `changed`. */
export const fixedProblems = (changed: MachineDefinition, stored: MachineDefinition): readonly Problem[] =>
  ALL_FIELDS.filter(({ path, field }) => field.isFixed && plainText(valueAt(changed, path)) !== plainText(valueAt(stored, path))).map(
    ({ path, field }) => ({
      field: path,
      message: `The ${field.label.toLowerCase()} of a machine cannot be changed: create another machine.`,
    }),
  );

/** What a field is called inside a sentence. */
export const factOf = (path: string): string => {
  const { label, fact } = fieldAt(path)?.field ?? { label: path };
  return fact ?? label.charAt(0).toLowerCase() + label.slice(1);
};
