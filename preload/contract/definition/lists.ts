/** Fields that have parts and editors of their own: disks, console ports, automatic checkpoints. */
import type { BoardDescription } from '../../../emulator/index.ts';
import { list, optional, type Frozen } from '../schema/shapes.ts';
import { field } from './field.ts';
import { checkpointSetting, disk, port, type Disk } from './parts.ts';
import { readBytes, readInterval, writeBytes, writeInterval } from './units.ts';

/** More than these a template and a person do not need together. */
export const PORTS_MAX = 16;

/** A comma inside a file's name is written twice. */
function writeDrive({ path, format, readonly, writes, sizeBytes }: Frozen<Disk>): string {
  const words = [
    ...(path === undefined ? [] : [`file=${path.replaceAll(',', ',,')}`]),
    ...(format === 'qcow2' ? ['format=qcow2'] : []),
    ...(readonly ? ['readonly'] : writes === 'throwaway' || (writes === 'overlay' && path !== undefined) ? [writes] : []),
    ...(sizeBytes === undefined ? [] : [`size=${writeBytes(sizeBytes)}`]),
  ];
  return words.join(',');
}

/** In slot order. */
export const disks = field({
  label: 'Disks',
  section: 'disks',
  initial: () => [],
  editor: { kind: 'special', name: 'disks' },
  schema: ({ disksMax }: BoardDescription) => list(disk, disksMax),
  knownBy: (item: Frozen<Disk>) => item.id ?? JSON.stringify(item),
  options: [
    {
      name: 'drive',
      value: 'file=FILE[,OPTION]...',
      help: [
        'a disk; may be repeated:',
        'format=raw|qcow2  format of FILE (default raw)',
        'overlay           FILE is not changed; writes are kept in an overlay',
        'throwaway         FILE is not changed; writes are discarded when the machine stops',
        'readonly          the guest cannot write',
        'size=4G           disk size, if larger than FILE (with overlay or throwaway)',
        'without overlay, throwaway or readonly, a raw FILE is written in place;',
        '--drive size=4G[,throwaway] is an empty disk',
      ],
      multiple: true,
      write: (all) => (all as readonly Frozen<Disk>[]).map(writeDrive),
    },
  ],
});

interface Port {
  readonly name: string;
}
/** Virtio console ports beside the serial port. */
export const ports = field({
  label: 'Console ports',
  section: 'ports',
  initial: () => [],
  editor: { kind: 'special', name: 'ports' },
  schema: ({ portsMax }: BoardDescription) => list(port, Math.min(PORTS_MAX, portsMax)),
  knownBy: (item: Port) => item.name,
  words: (all: readonly Port[]) => all.map((one) => one.name).join(', '),
  options: [
    {
      name: 'port',
      value: 'NAME',
      help: ['a virtio console port; may be repeated, replaces the existing ports'],
      commands: ['create', 'set'],
      multiple: true,
      read: (texts) => texts.map((text) => ({ name: text })),
      write: (all) => (all as readonly Port[]).map((one) => one.name),
    },
  ],
});

interface Checkpoints {
  readonly everySeconds: number;
  readonly budgetBytes: number;
}
export const checkpoints = field({
  label: 'Automatic checkpoints',
  section: 'general',
  isOwners: true,
  absent: (): Checkpoints => ({ everySeconds: 0, budgetBytes: 0 }),
  editor: { kind: 'special', name: 'checkpoints' },
  schema: () => optional(checkpointSetting),
  options: [
    {
      name: 'checkpoints',
      value: 'EVERY',
      help: ['take checkpoints at this interval while it runs, for example 30s, 5m or 1h, or off (default)'],
      commands: ['create', 'set'],
      part: 'everySeconds',
      read: ([typed = '']) => readInterval(typed),
      write: (is) => [writeInterval((is as Checkpoints | undefined)?.everySeconds ?? 0)],
    },
    {
      name: 'checkpoint-budget',
      value: 'SIZE',
      help: ['disk space for checkpoints, for example 2G; the oldest are deleted; off: no limit (default)'],
      commands: ['create', 'set'],
      part: 'budgetBytes',
      read: ([typed = '']) => (typed === 'off' ? 0 : readBytes(typed)),
      write: (is) => {
        const { budgetBytes = 0 } = (is as Checkpoints | undefined) ?? {};
        return budgetBytes > 0 ? [writeBytes(budgetBytes)] : [];
      },
    },
  ],
});
