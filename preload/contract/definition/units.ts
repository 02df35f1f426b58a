/** Values as options take them and as shown commands give them: sizes, times, choices. Each reader understands what its writer writes. */
import { OptionError } from './field.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
/** A disk's size is counted in sectors of so many bytes (virtio 1.2, 5.2.4). */
const SECTOR = 512;
/** 16 TiB. */
const BYTES_MAX = 2 ** 44;

const refuse = (wanted: string, text: string): never => {
  throw new OptionError(`takes ${wanted}, not "${text}"`);
};

/** Reads `4G`, `1.5T`, `512MiB` or a number of bytes into bytes. @throws OptionError */
export function readBytes(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit?.toUpperCase() ?? ''] ?? 1);
  if (digits === undefined || bytes < SECTOR || bytes > BYTES_MAX || bytes % SECTOR !== 0)
    refuse(`a size like 512M, 4G or 1T, a multiple of ${SECTOR} bytes`, text);
  return bytes;
}

/** A size in the largest unit that holds it exactly. */
export function writeBytes(bytes: number): string {
  const unit = [...'TGMK'].find((letter) => bytes > 0 && bytes % (UNITS[letter] ?? 1) === 0);
  return unit === undefined ? String(bytes) : `${bytes / (UNITS[unit] ?? 1)}${unit}`;
}

const mebibytes = (mib: number): string => (mib % 1024 === 0 ? `${mib / 1024}G` : `${mib}M`);

/** Reads `512M`, `1G` or `512` (mebibytes) into mebibytes. @throws OptionError */
export function readMebibytes(text: string, { min, max }: { readonly min: number; readonly max: number }): number {
  const [, digits, unit] = /^(\d+)([MmGg]?)(?:i?[Bb])?$/.exec(text) ?? [];
  const size = Number(digits) * (unit?.toUpperCase() === 'G' ? 1024 : 1);
  if (digits === undefined || size < min || size > max) refuse(`a size from ${mebibytes(min)} to ${mebibytes(max)}, like 512M or 1G`, text);
  return size;
}

/** @throws OptionError */
export function readWhole(text: string, { min, max }: { readonly min: number; readonly max: number }): number {
  if (!/^\d+$/.test(text) || Number(text) < min || Number(text) > max) refuse(`a number from ${min} to ${max}`, text);
  return Number(text);
}

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };
/** A day, in seconds. */
export const INTERVAL_MAX = 86_400;

/** Reads `30s`, `5m`, `1h`, `90` (seconds) or `off` into seconds; 0 is off. @throws OptionError */
export function readInterval(text: string): number {
  if (text === 'off') return 0;
  const [, digits, unit = ''] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS[unit] ?? 1);
  if (digits === undefined || seconds < 1 || seconds > INTERVAL_MAX) refuse('30s, 5m, 1h (at most a day) or off', text);
  return seconds;
}
export const writeInterval = (seconds: number): string =>
  seconds === 0 ? 'off' : seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;

/** `mmio or pci`, `auto, interpreter or compiler`. */
export const either = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

/** @throws OptionError */
export function readChoice(text: string, choices: readonly string[]): string {
  if (!choices.includes(text)) refuse(either(choices), text);
  return text;
}

/** The chosen, each once; `none` alone chooses nothing. @throws OptionError */
export function readSeveral(texts: readonly string[], choices: readonly string[]): readonly string[] {
  if (texts.length === 1 && texts[0] === 'none') return [];
  for (const text of texts) if (!choices.includes(text)) refuse(`${choices.join(', ')}, or none`, text);
  return [...new Set(texts)];
}
