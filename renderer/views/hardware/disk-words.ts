/** Disks in words: what they stand on, where writes go and what that means, sizes as people type them. */
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { baseName } from '../files/host-path.ts';
import { t } from '../../words/words.ts';

export type Writes = NonNullable<DiskDefinition['writes']>;

/** Where writes go; a definition that does not say means the file itself. */
export const writesOf = ({ writes }: DiskDefinition): Writes => writes ?? 'direct';

export const WRITES: readonly { readonly writes: Writes; readonly label: () => string; readonly about: () => string }[] = [
  {
    writes: 'overlay',
    label: () => t('hardware.overlay'),
    about: () => t('hardware.overlayAbout'),
  },
  {
    writes: 'throwaway',
    label: () => t('hardware.throwaway'),
    about: () => t('hardware.throwawayAbout'),
  },
  {
    writes: 'direct',
    label: () => t('hardware.direct'),
    about: () => t('hardware.directAbout'),
  },
];

/** Only a raw file can be written in place. */
export const canWriteDirectly = ({ path, format }: DiskDefinition): boolean => path !== undefined && format !== 'qcow2';

/** A disk on an image never stays read-only by mistake: one that is written goes over an overlay. */
export const newEmptyDisk = (sizeBytes: number): DiskDefinition => ({ readonly: false, writes: 'overlay', sizeBytes });

export const guestName = (index: number): string => `vd${String.fromCharCode(97 + index)}`;

/** What a disk is, in a few words. */
export function diskTitle({ path, format, id }: DiskDefinition): string {
  if (path === undefined) return id === undefined ? t('hardware.newEmptyDisk') : t('hardware.libraryDisk');
  return path === '' ? t('hardware.imageFile') : `${baseName(path)}${format === 'qcow2' ? ' (qcow2)' : ''}`;
}

const MEBI = 2 ** 20;
export const SIZE_UNITS = [
  { unit: 'MiB', bytes: MEBI },
  { unit: 'GiB', bytes: 1024 * MEBI },
  { unit: 'TiB', bytes: 1024 * 1024 * MEBI },
] as const;
export type SizeUnit = (typeof SIZE_UNITS)[number]['unit'];

/** A size in the largest unit in which it is a short number. */
export function splitSize(bytes: number): { readonly value: number; readonly unit: SizeUnit } {
  const fitting = SIZE_UNITS.findLast((one) => bytes >= one.bytes && Number.isInteger((bytes / one.bytes) * 8)) ?? SIZE_UNITS[0];
  return { value: Math.round((bytes / fitting.bytes) * 1000) / 1000, unit: fitting.unit };
}

/** Sizes are whole sectors of 512 bytes (virtio 1.2, 5.2.4). */
export function joinSize(value: number, unit: SizeUnit): number {
  const bytes = SIZE_UNITS.find((one) => one.unit === unit)?.bytes ?? MEBI;
  return Number.isFinite(value) && value > 0 ? Math.ceil((value * bytes) / 512) * 512 : 0;
}
