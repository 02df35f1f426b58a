/** Every board in a few words and limits, for those who must not load the boards themselves (forms, checks of definitions). */
import type { BoardDescription } from './kit/description.ts';
import { pcDescription } from './pc/description.ts';
import { riscv64VirtDescription } from './riscv64-virt/description.ts';

/** The usual board first. */
export const boardDescriptions = { 'riscv64-virt': riscv64VirtDescription, pc: pcDescription } as const satisfies Record<
  string,
  BoardDescription
>;

export type BoardName = keyof typeof boardDescriptions;
/** The names of devices that a person can add to a board of any kind. */
export type OptionalDevice = (typeof boardDescriptions)[BoardName]['devices'][number]['name'];
