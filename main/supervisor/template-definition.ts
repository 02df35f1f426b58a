/** The definition of a machine made from a template; its files stay the template's and are resolved at each start. */
import { newDefinition } from '../../preload/contract/definition/new-definition.ts';
import { ALL_FIELDS } from '../../preload/contract/definition/walk.ts';
import type { BootDefinition, MachineDefinition } from '../../preload/contract/machines.ts';

/** What a definition takes over from a template: also each field that is declared to be in templates. */
export interface TemplateFacts {
  readonly name: string;
  readonly kind: BootDefinition['kind'];
}
const GIVEN: ReadonlySet<string> = new Set(ALL_FIELDS.filter(({ field }) => field.inTemplates).map(({ path }) => path));

/** `wanted`, or with the first number behind it that makes it free. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let number = 2; taken.includes(name); number++) name = `${wanted} ${number}`;
  return name;
}

/** @param name the machine's; without one the template's, numbered where taken */
export function templateDefinition(template: TemplateFacts, name: string | undefined, taken: readonly string[]): MachineDefinition {
  return newDefinition({
    ...Object.fromEntries(Object.entries(template).filter(([field]) => GIVEN.has(field))),
    name: name ?? freeName(template.name, taken),
    template: template.name,
    boot: { kind: template.kind },
  });
}
