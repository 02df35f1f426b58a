/** The definition of a machine made from a template; its files stay the template's and are resolved at each start. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';

/** What a definition takes over from a template. */
export interface TemplateFacts {
  readonly name: string;
  readonly kind: 'linux' | 'bare';
  readonly board: MachineDefinition['board'];
  readonly memoryMiB: number;
  readonly cores: number;
}

/** `wanted`, or with the first number behind it that makes it free. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let number = 2; taken.includes(name); number++) name = `${wanted} ${number}`;
  return name;
}

/** @param name the machine's; without one the template's, numbered where taken */
export function templateDefinition(template: TemplateFacts, name: string | undefined, taken: readonly string[]): MachineDefinition {
  return {
    name: name ?? freeName(template.name, taken),
    board: template.board,
    cores: template.cores,
    memoryMiB: template.memoryMiB,
    engine: 'auto',
    template: template.name,
    boot: { kind: template.kind },
    disks: [],
    ports: [],
    note: '',
  };
}
