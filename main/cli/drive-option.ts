/** `--drive`: one disk in words that QEMU's users know, read strictly. A comma in a file's name is written twice. */
import { resolve } from 'node:path';
import type { DiskDefinition } from '../../preload/contract/machines.ts';
import { OptionError } from '../../preload/contract/definition/field.ts';
import { readBytes, readChoice } from '../../preload/contract/definition/units.ts';
import { CallError } from './call-error.ts';

/** What an option's text means, by its reader. @throws CallError naming the option */
export function readAs<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof OptionError ? new CallError(`${option} ${error.message}`) : error;
  }
}

/**
 * Reads `4G`, `1.5T`, `512MiB` or a number of bytes into bytes.
 * @param option what is named in the complaint
 * @throws CallError
 */
export const byteSize = (text: string, option: string): number => readAs(option, () => readBytes(text));

/** Reads `raw` or `qcow2`. @throws CallError */
export const imageFormat = (text: string, option: string): 'raw' | 'qcow2' =>
  readAs(option, () => readChoice(text, ['raw', 'qcow2']) as 'raw' | 'qcow2');

const FLAGS = ['readonly', 'overlay', 'throwaway'] as const;
const VALUES = ['file', 'format', 'size'] as const;
type Flag = (typeof FLAGS)[number];
type Value = (typeof VALUES)[number];
const isOneOf = <T extends string>(names: readonly T[], key: string): key is T => (names as readonly string[]).includes(key);

/** What is said, before it is made sense of. */
function fieldsOf(text: string): { values: Partial<Record<Value, string>>; flags: ReadonlySet<Flag> } {
  const values: Partial<Record<Value, string>> = {};
  const flags = new Set<Flag>();
  const seen = new Set<string>();
  for (const part of text.replaceAll(',,', '\0').split(',')) {
    const word = part.replaceAll('\0', ',');
    const equals = word.indexOf('=');
    const [key, value] = equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
    if (seen.has(key)) throw new CallError(`--drive "${text}" gives ${key} twice`);
    seen.add(key);
    if (isOneOf(VALUES, key) && value) values[key] = value;
    else if (isOneOf(FLAGS, key) && (value === undefined || value === 'on' || value === 'off')) {
      if (value !== 'off') flags.add(key);
    } else if (key === 'snapshot') throw new CallError('--drive has no "snapshot": use throwaway to discard what the guest writes');
    else throw new CallError(`--drive takes file=FILE, format=raw|qcow2, size=SIZE, overlay, throwaway and readonly, not "${word}"`);
  }
  return { values, flags };
}

/** What becomes of writes, where one of several flags may say so. */
function writesOf(text: string, flags: ReadonlySet<Flag>): Flag | undefined {
  const [first, second] = [...flags];
  if (second !== undefined) throw new CallError(`--drive "${text}": ${first} and ${second} cannot be combined`);
  return first;
}

/**
 * Reads one `--drive`.
 * @throws CallError
 */
export function driveOption(text: string): DiskDefinition {
  const { values, flags } = fieldsOf(text);
  return diskOf(text, values, writesOf(text, flags));
}

function diskOf(text: string, { file, format: formatText, size }: Partial<Record<Value, string>>, flag: Flag | undefined): DiskDefinition {
  const format = formatText === undefined ? undefined : imageFormat(formatText, '--drive format=');
  const sizeBytes = size === undefined ? undefined : byteSize(size, '--drive size=');
  if (file === undefined) {
    if (sizeBytes === undefined) throw new CallError(`--drive needs file=FILE, or size=SIZE for an empty disk: "${text}" has neither`);
    if (format !== undefined) throw new CallError('--drive format= requires file=');
    if (flag === 'readonly') throw new CallError('--drive: an empty disk cannot be read-only');
    return { readonly: false, writes: flag ?? 'overlay', sizeBytes };
  }
  if (format === 'qcow2' && flag === undefined)
    throw new CallError(
      '--drive: a qcow2 image is never written in place: add overlay (writes are kept in an overlay), throwaway (writes are discarded on shutdown) or readonly',
    );
  if (sizeBytes !== undefined && (flag === undefined || flag === 'readonly'))
    throw new CallError('--drive: size= with a file requires overlay or throwaway');
  return {
    path: resolve(file),
    ...(format === undefined ? {} : { format }),
    readonly: flag === 'readonly',
    ...(flag === 'overlay' || flag === 'throwaway' ? { writes: flag } : {}),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}
