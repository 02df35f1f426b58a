/**
 * Paths of this computer as people write and paste them: full ones, `~/…`, addresses as a file manager copies them
 * (`file:///…`), any of them in quotes. The window cannot know where home is, nor in which folder the program was started,
 * so a relative path means nothing here and is refused. Commands hand over full paths.
 */
import { ContractError, causeOf } from '../../../preload/contract/errors/contract-error.ts';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { factOf } from '../../../preload/contract/definition/rules.ts';
import { BOOT_FILES, valueAt, withValue } from '../../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';

const QUOTED = /^(?:"(.+)"|'(.+)'|“(.+)”|‘(.+)’)$/s;

function fromAddress(address: string): string {
  try {
    return fileURLToPath(address);
  } catch {
    throw new ContractError('address-not-a-file', { address });
  }
}

/**
 * The full path that a text means.
 * @throws ContractError `invalid` for a relative path and for an address of something else
 */
export function hostPath(text: string, home = homedir()): string {
  // A full path is taken as it is: names may begin and end with spaces.
  if (isAbsolute(text)) return resolve(text);
  const trimmed = text.trim();
  const bare =
    QUOTED.exec(trimmed)
      ?.slice(1)
      .find((inside) => inside !== undefined) ?? trimmed;
  if (/^file:/i.test(bare)) return resolve(fromAddress(bare));
  if (bare === '~' || bare.startsWith('~/') || bare.startsWith(`~${sep}`)) return resolve(join(home, bare.slice(1)));
  if (isAbsolute(bare)) return resolve(bare);
  const start = sep === '/' ? '/' : 'a drive letter';
  throw new ContractError('path-not-full', { path: bare, start });
}

/** A definition, or a part of one, with full paths. @throws ContractError `invalid` naming the field */
export function withHostPaths<T extends Partial<MachineDefinition>>(definition: T): T {
  const full = (field: string, text: string) => {
    try {
      return hostPath(text);
    } catch (error) {
      throw error instanceof ContractError ? new ContractError('field-invalid', { field, why: causeOf(error) }) : error;
    }
  };
  const { disks } = definition;
  const withFile = (given: T, field: string) => {
    const file = valueAt(given, field) as string | undefined;
    return file === undefined ? given : withValue(given, field, full(factOf(field), file));
  };
  return {
    ...BOOT_FILES.reduce(withFile, definition),
    ...(disks
      ? { disks: disks.map((disk, index) => (disk.path === undefined ? disk : { ...disk, path: full(`disk ${index + 1}`, disk.path) })) }
      : {}),
  };
}
