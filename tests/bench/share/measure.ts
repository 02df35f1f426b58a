/**
 * The section "share": the same guest in the same folder of the host's, ours by virtio-fs and the peer's by virtio-9p, which is
 * what it has without a program beside it.
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ours, peer, prepareCommand } from '../guest.ts';
import type { BenchOptions } from '../options.ts';
import { runGuest } from '../run-guest.ts';
import { amounts, BIG, LISTED, PACKED, type ShareAmounts, shareCases, SMALL_BYTES } from './cases.ts';
import { readShareLines, type ShareLine, type ShareResult, shareResult } from './results.ts';

const TAG = 'bench';
const FILES_A_FOLDER = 500;

function fill(folder: string, { readMiB, listed, packed }: ShareAmounts): void {
  const file = openSync(join(folder, BIG), 'w');
  for (let mebibyte = 0; mebibyte < readMiB; mebibyte++) writeSync(file, Buffer.alloc(2 ** 20, mebibyte + 1));
  closeSync(file);
  const small = Buffer.alloc(SMALL_BYTES, 'x');
  mkdirSync(join(folder, LISTED));
  for (let each = 0; each < listed; each++) writeFileSync(join(folder, LISTED, `file-${each}`), small);
  for (let each = 0; each < packed; each++) {
    const inside = join(folder, PACKED, `folder-${Math.floor(each / FILES_A_FOLDER)}`);
    if (each % FILES_A_FOLDER === 0) mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, `file-${each}`), small);
  }
}

/** Mounts the folder by what there is, and does each case between two looks at the guest's clock. */
const commandOf = (cases: ReturnType<typeof shareCases>): string =>
  [
    'mkdir /s',
    `mount -t virtiofs ${TAG} /s 2>/dev/null || mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 ${TAG} /s`,
    'cd /s',
    ...cases.map(
      ({ name, command }) =>
        `read from rest < /proc/uptime; printed=$(${command}); read to rest < /proc/uptime; echo share ${name} $printed $from $to`,
    ),
    'cd /',
    'umount /s',
  ].join('\n');

export async function measureShare({ quick, runs, engine }: BenchOptions): Promise<ShareResult> {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-share-'));
  try {
    const wanted = amounts(quick);
    fill(folder, wanted);
    const cases = shareCases(wanted);
    const guest = await prepareCommand(commandOf(cases));
    const [own, other] = [ours(guest, engine, 'riscv64-virt'), peer(guest, 'riscv64-virt')];
    const sides = [
      { ...own, args: [...own.args, '--share', `${folder},tag=${TAG}`] },
      { ...other, args: [...other.args, '-virtfs', `local,path=${folder},mount_tag=${TAG},security_model=none`] },
    ];
    const lines = sides.map((): Map<string, ShareLine>[] => []);
    for (let run = 1; run <= runs; run++) {
      console.error(`share, run ${run} of ${runs}`);
      for (const [index, side] of sides.entries()) {
        rmSync(join(folder, 'new'), { force: true });
        lines[index]?.push(readShareLines((await runGuest(side, 'end')).console));
      }
    }
    const [a = [], b = []] = lines;
    return shareResult(cases, a, b);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
