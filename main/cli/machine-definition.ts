/** From options to definitions. */
import type { BootKind } from '../../emulator/index.ts';
import { newDefinition } from '../../preload/contract/definition/new-definition.ts';
import { optionsOf } from '../../preload/contract/definition/options.ts';
import { definitionProblems } from '../../preload/contract/definition/rules.ts';
import { plainText, withValue } from '../../preload/contract/definition/walk.ts';
import { isSentence } from '../../preload/contract/schema/problems.ts';
import type { BootDefinition, MachineDefinition } from '../../preload/contract/machines.ts';
import { CallError } from './call-error.ts';
import type { GivenOption, GivenOptions } from './machine-options.ts';

const boots = (given: GivenOptions): GivenOptions => given.filter(({ option }) => option.field.boots);

/** The kind of boot that follows from the files given; `before`, where they leave it open. */
function bootKind(given: GivenOptions, before: BootKind): BootKind {
  const starting = boots(given).filter(({ option }) => option.field.startsWith);
  const decisive = starting.find(({ option }) => option.field.boots?.length === 1) ?? starting[0];
  const { boots: kinds = [], startsWith } = decisive?.option.field ?? {};
  if (startsWith === undefined || (kinds.length > 1 && kinds.includes(before))) return before;
  return startsWith;
}

/** What the options say of the boot; `base` is what they change. */
function bootOf(given: GivenOptions, base: BootDefinition): BootDefinition {
  const kind = bootKind(given, base.kind);
  const start = { boot: kind === base.kind ? base : { kind } };
  return boots(given).reduce<{ readonly boot: BootDefinition }>((made, { option, value }) => withValue(made, option.path, value), start)
    .boot;
}

/** A field whose value has parts: what is not given stays. @throws CallError where there is nothing yet to change a part of */
function withParts(base: unknown, parts: GivenOptions): unknown {
  const [{ option }] = parts as [GivenOption];
  const names = (option.field.options ?? []).map(({ name, part }) => ({ name, part }));
  const first = names[0];
  if (base === undefined && !parts.some((part) => part.option.option.part === first?.part))
    throw new CallError(`--${option.option.name} needs --${first?.name ?? ''}`);
  const empty = Object.fromEntries(names.map(({ part = '' }) => [part, 0]));
  return {
    ...empty,
    ...(base as object | undefined),
    ...Object.fromEntries(parts.map(({ option: one, value }) => [one.option.part, value])),
  };
}

/** The part of a definition that the options change. @throws CallError */
export function definitionPatch(given: GivenOptions, base: Partial<MachineDefinition>): Partial<MachineDefinition> {
  const patch: Record<string, unknown> = {};
  for (const { option, value } of given) {
    const { path, field } = option;
    if (field.boots || path === 'template') continue;
    const parts = given.filter((other) => other.option.path === path);
    patch[path] = option.option.part === undefined ? value : withParts(base[path as keyof MachineDefinition], parts);
  }
  const boot = base.boot && bootOf(given, base.boot);
  return { ...patch, ...(plainText(boot) === plainText(base.boot) ? {} : { boot }) };
}

/**
 * A definition without a template.
 * @throws CallError when nothing says what to boot, and for what no such machine can have
 */
export function definitionOf(name: string, given: GivenOptions): MachineDefinition {
  const starting = boots(given).filter(({ option }) => option.field.startsWith);
  if (starting.length === 0) throw new CallError('specify what to boot: --template, --kernel, --bare or --bios');
  const kinds = starting.map(({ option }) => option.field.startsWith);
  const stray = boots(given).find(({ option: { field } }) => !field.startsWith && !field.boots?.some((kind) => kinds.includes(kind)));
  if (stray) {
    const needed = optionsOf('create').find(({ field }) => field.startsWith === stray.option.field.boots?.[0]);
    throw new CallError(`--${stray.option.option.name} needs --${needed?.option.name ?? ''} or --template`);
  }
  const board = given.find(({ option }) => option.path === 'board')?.value as MachineDefinition['board'] | undefined;
  const empty = newDefinition({ name, ...(board && { board }), boot: { kind: 'bare' } });
  const definition = { ...empty, ...definitionPatch(given, empty) };
  requireSound(definition, given);
  return definition;
}

/** What is wrong with what was given, said before anything is opened. @throws CallError */
function requireSound(definition: MachineDefinition, given: GivenOptions): void {
  for (const { field, message } of definitionProblems(definition)) {
    const option = given.find(({ option: { path } }) => field === path || field.startsWith(`${path}.`));
    if (option) throw new CallError(`--${option.option.option.name}${isSentence(message) ? ':' : ''} ${message}`);
  }
}
