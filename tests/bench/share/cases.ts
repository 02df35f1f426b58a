/** The cases of a shared folder: what a guest's shell does there, once each, and how much of it. */

export interface ShareCase {
  readonly name: string;
  readonly title: string;
  /** In the folder; what it prints must be the same on both sides. */
  readonly command: string;
}

export interface ShareAmounts {
  readonly readMiB: number;
  readonly writeMiB: number;
  readonly listed: number;
  readonly packed: number;
}
export const amounts = (quick: boolean): ShareAmounts =>
  quick ? { readMiB: 16, writeMiB: 8, listed: 1000, packed: 500 } : { readMiB: 128, writeMiB: 64, listed: 5000, packed: 20_000 };

/** Names in the folder that is shared; `shareCases` knows what is in them. */
export const BIG = 'big';
export const LISTED = 'listed';
export const PACKED = 'packed';
/** Bytes of each small file. */
export const SMALL_BYTES = 1000;

export const shareCases = ({ readMiB, writeMiB, listed, packed }: ShareAmounts): readonly ShareCase[] => [
  { name: 'read', title: `sequential read, ${readMiB} MiB`, command: `dd if=${BIG} bs=1M 2>/dev/null | wc -c` },
  {
    name: 'write',
    title: `sequential write, ${writeMiB} MiB`,
    command: `dd if=/dev/zero of=new bs=1M count=${writeMiB} conv=fsync 2>/dev/null; wc -c < new`,
  },
  { name: 'list', title: `ls -l of ${listed} files`, command: `ls -l ${LISTED} | wc -l` },
  { name: 'tar', title: `tar of ${packed} files`, command: `tar cf - ${PACKED} | wc -c` },
];
