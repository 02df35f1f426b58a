/** qemu-riscv64 in user mode: runs an image as a static ELF and answers with what it wrote. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../kit/tools.ts';
import { type Image, ORIGIN } from './image.ts';

const HEADER = 64 + 56;
/** Where the image begins in the file: congruent to its address in a page. */
const IMAGE_AT = 4096;
const CPU = 'rv64,zba=true,zbb=true,zbs=true';

/** A static RV64 ELF with one segment that may be read, written and executed (ELF-64 object file format, figures 2 and 6). */
function elf(bytes: Uint8Array): Uint8Array {
  const file = new Uint8Array(IMAGE_AT + bytes.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 243, true); // EM_RISCV
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(ORIGIN), true); // entry
  view.setBigUint64(32, 64n, true); // program headers
  view.setUint32(48, 5, true); // double-float ABI, compressed code
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 7, true);
  view.setBigUint64(72, BigInt(IMAGE_AT), true);
  view.setBigUint64(80, BigInt(ORIGIN), true);
  view.setBigUint64(88, BigInt(ORIGIN), true);
  view.setBigUint64(96, BigInt(bytes.length), true);
  view.setBigUint64(104, BigInt(bytes.length), true);
  view.setBigUint64(112, 4096n, true);
  if (HEADER > IMAGE_AT) throw new Error('the headers overlap the image');
  file.set(bytes, IMAGE_AT);
  return file;
}

/** Many times what an image needs. */
const PATIENCE_MS = 120_000;

/** @returns the image's dump as the oracle leaves it @throws Error when the oracle does not reach the end */
export function runOracle({ bytes, dumpBytes }: Image, patienceMs = PATIENCE_MS): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-differential-'));
  try {
    const file = join(folder, 'streams');
    writeFileSync(file, elf(bytes), { mode: 0o755 });
    const { stdout, stderr, status, signal } = spawnSync(tool('qemu-riscv64-static') ?? 'qemu-riscv64-static', ['-cpu', CPU, file], {
      maxBuffer: 2 ** 28,
      timeout: patienceMs,
    });
    if (status !== 0 || stdout.length !== dumpBytes)
      throw new Error(`the oracle ended with ${signal ?? status} after ${stdout.length} of ${dumpBytes} bytes: ${stderr.toString()}`);
    return new Uint8Array(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
