/** What a file is, by its bytes; and that nothing in them costs more than looking. */
import { expect, test } from 'vitest';
import { ElfError, readElf } from '../../../emulator/format/elf.ts';
import { FOOTER_BYTES, identify, IDENTIFYING_BYTES } from '../../../emulator/format/identify.ts';
import { elf } from '../../board/boot-files.ts';

const bytes = (text: string, at = 0, length = 1024) => {
  const all = new Uint8Array(Math.max(length, at + text.length));
  all.set(Buffer.from(text, 'latin1'), at);
  return all;
};

test.each([
  ['QFI\xfb\0\0\0\x03', 0, 'a qcow2 disk image'],
  ['QFI\xfb\0\0\0\x01', 0, 'a qcow (version 1) disk image'],
  ['KDMV', 0, 'a VMDK (VMware) disk image'],
  ['\x7f\x10\xda\xbe', 0x40, 'a VDI (VirtualBox) disk image'],
  ['vhdxfile', 0, 'a VHDX (Hyper-V) disk image'],
  ['conectix', 0, 'a VHD (Virtual PC) disk image'],
  ['CD001', 0x8001, 'an ISO 9660 disc image'],
  ['EFI PART', 512, 'a disk image with a GPT partition table'],
  ['\x55\xaa', 510, 'a disk image with a boot sector'],
  ['\xfd7zXZ\0', 0, 'an xz-compressed file'],
  ['VIVARIUM\x89', 0, 'an exported machine (.vivarium)'],
  ['hello', 0, 'a file of no known format'],
])('%j at %d', (mark, at, description) => expect(identify(bytes(mark, at)).description).toBe(description));

test('marks at the end count where the end is given', () => {
  expect(identify(bytes('', 0), bytes('conectix', 0, FOOTER_BYTES))).toMatchObject({ kind: 'foreign-disk', format: 'vpc' });
  expect(identify(bytes('', 0), bytes('koly', 0, FOOTER_BYTES))).toMatchObject({ format: 'dmg' });
  expect(identify(bytes('', 0)).kind).toBe('unrecognised');
});

/** xorshift32: the same files for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20260);
test(`random files and mutated programs are answered or refused (seed ${SEED})`, () => {
  const next = random(SEED);
  const below = (limit: number) => Math.floor(next() * limit);
  const marks = ['\x7fELF', 'MZ', 'QFI\xfb', 'KDMV', '\x1f\x8b', 'RISCV\0', 'HdrS', 'CD001', 'PE\0\0'];
  for (let round = 0; round < 3000; round++) {
    const file = new Uint8Array(below(round % 50 === 0 ? IDENTIFYING_BYTES : 2048)).map(() => below(256));
    const mark = Buffer.from(marks[below(marks.length)]!, 'latin1');
    const at = [0, 0x30, 0x202, 0x3c, below(1024)][below(5)]!;
    if (at + mark.length <= file.length) file.set(mark, at);
    expect(identify(file, file.subarray(-FOOTER_BYTES)).description).toMatch(/^an? /);
  }
  for (let round = 0; round < 3000; round++) {
    const file = elf({ tohost: 0x8000_1000n });
    for (let change = 0; change < 1 + below(6); change++) file[below(round % 2 ? 120 : file.length)] = below(256);
    try {
      const { segments, sections, ...program } = readElf(file.subarray(0, below(2) ? file.length : below(file.length)));
      expect(segments.length + sections.length).toBeLessThanOrEqual(2 * 65_535);
      expect(program.entry).toBeTypeOf('bigint');
    } catch (error) {
      expect(error).toBeInstanceOf(ElfError);
    }
  }
});
