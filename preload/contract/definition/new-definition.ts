/** The definition of a new machine: what the declaration gives it, where nobody has said otherwise. */
import { boardOf, USUAL_BOARD } from './boards.ts';
import type { MachineDefinition } from './schema.ts';
import { ALL_FIELDS, withValue } from './walk.ts';

/** @param given what is known already */
export function newDefinition(given: Partial<MachineDefinition> & Pick<MachineDefinition, 'name'>): MachineDefinition {
  const board = boardOf(given.board ?? USUAL_BOARD);
  const initial = ALL_FIELDS.reduce<Partial<MachineDefinition>>(
    (made, { path, field }) => withValue(made, path, field.initial?.(board)),
    {},
  );
  return { ...initial, ...given } as MachineDefinition;
}
