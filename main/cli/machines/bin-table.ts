/** The machines in the bin, as `viv list --deleted` shows them and `viv purge` asks about them. */
import type { BinnedMachine } from '../../../preload/contract/machines.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { momentText } from '../../../emulator/quantities/moments.ts';
import { table } from '../table.ts';

const HEADS = ['NAME', 'DELETED', 'SNAPSHOTS', 'FREES'];

const row = ({ definition, deletedAt, snapshots, protectedSnapshots, freedBytes }: BinnedMachine): readonly string[] => [
  safeText(definition.name),
  momentText(deletedAt),
  `${snapshots}${protectedSnapshots.length > 0 ? `, ${protectedSnapshots.length} protected` : ''}`,
  formatBytes(freedBytes),
];

export const binTable = (machines: readonly BinnedMachine[]): string => table([HEADS, ...machines.map(row)]);
