/** A change that was thought out on one definition and must not be stored over another. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { isDeepStrictEqual } from 'node:util';
import { factOf } from '../../preload/contract/definition/rules.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { DefinitionChange } from '../library/machine-records.ts';

/** As it would be read back: fields that are `undefined` are absent. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/**
 * The patch, unless one of its fields is no longer what it was when the caller read it.
 * @param base those fields as the caller read them; one that was absent is left out
 * @throws ContractError `changed`, naming the fields, when it is applied
 */
export const unlessChanged =
  (patch: Partial<MachineDefinition>, base: Partial<MachineDefinition>): DefinitionChange =>
  (stored) => {
    const fields = Object.keys(patch) as (keyof MachineDefinition)[];
    const changed = fields.filter((field) => !isDeepStrictEqual(plain(stored[field]), plain(base[field])));
    if (changed.length > 0) throw new ContractError('configuration-changed', { name: stored.name, fields: changed.map(factOf) });
    return patch;
  };
