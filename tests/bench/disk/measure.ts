/**
 * The section "disk": 4 KiB reads and writes of the same guest on a fresh overlay over the same raw image, ours in our
 * format and the peer's in qcow2.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tool } from '../../kit/tools.ts';
import { compileGuest, ours, peer, prepareProgram } from '../guest.ts';
import type { BenchOptions } from '../options.ts';
import { type GuestCommand, runGuest } from '../run-guest.ts';
import { DISK_CASES, operationsOf } from './cases.ts';
import { type DiskResult, diskResult, readDiskLines } from './results.ts';

const SOURCE = fileURLToPath(new URL('../guest/disk.c', import.meta.url));
const BASE_MIB = 256;

/** A raw image without zeros, the same for both sides and in every run. */
function writeBase(path: string): void {
  const file = openSync(path, 'w');
  const words = new Uint32Array(2 ** 18);
  let seed = 0x9e3779b9;
  for (let mebibyte = 0; mebibyte < BASE_MIB; mebibyte++) {
    for (let index = 0; index < words.length; index++) {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      words[index] = seed;
    }
    writeSync(file, words);
  }
  closeSync(file);
}

const also = (command: GuestCommand, ...args: readonly string[]): GuestCommand => ({ ...command, args: [...command.args, ...args] });

export async function measureDisk({ quick, runs, engine }: BenchOptions): Promise<DiskResult> {
  // On a disk, not in memory: what a flush costs is part of the measurement.
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-disk-'));
  try {
    const base = join(folder, 'base.raw');
    writeBase(base);
    const program = compileGuest(SOURCE, folder, 'disk');
    const guest = await prepareProgram(program, DISK_CASES.map((each) => `./disk ${each.name} ${operationsOf(each, quick)}`).join(' && '));
    const overlay = join(folder, 'overlay.qcow2');
    const sides = [
      { prepare: () => undefined, command: also(ours(guest, engine, 'riscv64-virt'), '--drive', `file=${base},format=raw,overlay`) },
      {
        prepare: () => {
          rmSync(overlay, { force: true });
          execFileSync(tool('qemu-img') ?? 'qemu-img', ['create', '-q', '-f', 'qcow2', '-b', base, '-F', 'raw', overlay]);
        },
        command: also(
          peer(guest, 'riscv64-virt'),
          ...['-drive', `file=${overlay},format=qcow2,if=none,id=disk0`, '-device', 'virtio-blk-device,drive=disk0'],
        ),
      },
    ];
    const lines = sides.map((): ReturnType<typeof readDiskLines>[] => []);
    for (let run = 1; run <= runs; run++) {
      console.error(`disk, run ${run} of ${runs}`);
      for (const [index, { prepare, command }] of sides.entries()) {
        prepare();
        lines[index]?.push(readDiskLines((await runGuest(command, 'end')).console));
      }
    }
    const [a = [], b = []] = lines;
    return diskResult(a, b, quick);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
