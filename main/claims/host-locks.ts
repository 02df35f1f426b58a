/**
 * Locks that other programs have on a file. Node can neither take nor ask for one, but Linux lists them all
 * (/proc/locks, proc(5)). QEMU's are shared locks on single bytes whose place says what they mean (block/file-posix.c):
 * 100 and up what a program does with the image, 200 and up what it does not want others to do.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import type { Use } from './claim-files.ts';

/** Bits of QEMU's permissions (include/block/block-common.h). */
const PERMISSION_WRITE = 1;
const DOES = 100;
const FORBIDS = 200;

export interface HostLock {
  readonly exclusive: boolean;
  /** -1 where the lock belongs to an open file and not to a process. */
  readonly pid: number;
  readonly from: number;
  readonly to: number;
}

/** A lock's line of /proc/locks: `1: OFDLCK ADVISORY READ -1 fe:00:393 201 201`; blocked waiters have `->`. */
const LINE = /^\d+: \S+\s+\S+\s+(READ|WRITE)\s+(-?\d+) ([\da-f]+):([\da-f]+):(\d+) (\d+) (\d+|EOF)$/;

/** The locks on an inode, out of the text of /proc/locks. @param device as `st_dev` */
export function locksOn(text: string, device: bigint, inode: bigint): readonly HostLock[] {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return text.split('\n').flatMap((line) => {
    const [, kind, pid, lineMajor, lineMinor, lineInode, from, to] = LINE.exec(line) ?? [];
    if (kind === undefined || BigInt(`0x${lineMajor}`) !== major || BigInt(`0x${lineMinor}`) !== minor || BigInt(lineInode!) !== inode)
      return [];
    return [{ exclusive: kind === 'WRITE', pid: Number(pid), from: Number(from), to: to === 'EOF' ? Infinity : Number(to) }];
  });
}

/** Whether a lock of another program is in the way of a use. */
export function isInTheWay({ exclusive, pid, from, to }: HostLock, use: Use): boolean {
  if (pid === process.pid) return false;
  if (exclusive) return true;
  const holds = (byte: number) => from <= byte && byte <= to;
  // A whole-file shared lock is a reader's; QEMU's are on single bytes.
  if (to === Infinity) return use === 'write';
  return holds(DOES + PERMISSION_WRITE) || (use === 'write' && holds(FORBIDS + PERMISSION_WRITE));
}

/**
 * Who else has locked a file against a use: "qemu-system-riscv64 (process 123)"; `undefined` where nobody has, or where
 * the host does not tell.
 */
export function lockHolder(
  path: string,
  { device, inode }: { readonly device: bigint; readonly inode: bigint },
  use: Use,
): string | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/locks', 'utf8');
  } catch {
    return undefined;
  }
  const lock = locksOn(text, device, inode).find((one) => isInTheWay(one, use));
  if (!lock) return undefined;
  const pid = lock.pid > 0 ? lock.pid : openedBy(path);
  return pid === undefined ? 'another program' : nameOf(pid);
}

/** A process that has the file open; of other people's processes nothing can be seen. */
function openedBy(path: string): number | undefined {
  const real = realpathSync(path);
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === real)) return pid;
    } catch {
      // It has ended meanwhile, or is somebody else's.
    }
  }
  return undefined;
}

function nameOf(pid: number): string {
  try {
    return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`;
  } catch {
    return `process ${pid}`;
  }
}
