/** Small boot files made on the spot: an Image, ELF programs, headers of other architectures. */

/** @param parts `sectionsEnd`: where its last section ends in the file, by the PE header of its EFI stub */
export function image(length = 4096, parts: { textOffset?: bigint; size?: bigint; sectionsEnd?: number } = {}): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0000_5a4d, true);
  view.setBigUint64(8, parts.textOffset ?? 0x20_0000n, true);
  view.setBigUint64(16, parts.size ?? BigInt(length), true);
  bytes.set(Buffer.from('RISCV\0\0\0RSC\x05'), 0x30);
  if (parts.sectionsEnd !== undefined) putSections(bytes, parts.sectionsEnd);
  return bytes;
}

/** A PE header with two sections, text and data, as Linux's EFI stub has. */
function putSections(bytes: Uint8Array, end: number): void {
  const view = new DataView(bytes.buffer);
  const header = 0x40;
  view.setUint32(0x3c, header, true);
  bytes.set(Buffer.from('PE\0\0'), header);
  view.setUint16(header + 6, 2, true);
  view.setUint16(header + 20, 0xa0, true);
  for (const [index, at, size] of [
    [0, 0x1000, 0x1000],
    [1, 0x2000, end - 0x2000],
  ] as const) {
    const section = header + 24 + 0xa0 + 40 * index;
    view.setUint32(section + 16, size, true);
    view.setUint32(section + 20, at, true);
  }
}

export interface ElfParts {
  readonly machine?: number;
  readonly elfClass?: number;
  readonly type?: number;
  readonly entry?: bigint;
  readonly virtual?: bigint;
  readonly physical?: bigint;
  readonly memorySize?: bigint;
  readonly tohost?: bigint;
}

/** One loadable segment of eight bytes at file offset 120, and a symbol table if `tohost` is given. */
export function elf(parts: ElfParts = {}): Uint8Array {
  const {
    machine = 243,
    elfClass = 2,
    type = 2,
    virtual = 0x8000_0000n,
    physical = virtual,
    entry = virtual,
    memorySize = 16n,
    tohost,
  } = parts;
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, elfClass, 1, 1]);
  view.setUint16(16, type, true);
  view.setUint16(18, machine, true);
  view.setBigUint64(24, entry, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true);
  for (const [at, value] of [
    [8, 120n],
    [16, virtual],
    [24, physical],
    [32, 8n],
    [40, memorySize],
  ] as const)
    view.setBigUint64(64 + at, value, true);
  bytes.set([1, 2, 3, 4, 5, 6, 7, 8], 120);
  if (tohost === undefined) return bytes;
  view.setBigUint64(40, 512n, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 3, true);
  const section = (index: number, kind: number, at: bigint, size: bigint, link: number) => {
    view.setUint32(512 + 64 * index + 4, kind, true);
    view.setBigUint64(512 + 64 * index + 24, at, true);
    view.setBigUint64(512 + 64 * index + 32, size, true);
    view.setUint32(512 + 64 * index + 40, link, true);
  };
  section(1, 2, 256n, 48n, 2);
  section(2, 3, 400n, 32n, 0);
  bytes.set(Buffer.from('\0tohost2\0tohost\0'), 400);
  for (const [index, name, value] of [
    [0, 1, 1n],
    [1, 9, tohost],
  ] as const) {
    view.setUint32(256 + 24 * index, name, true);
    view.setBigUint64(256 + 24 * index + 8, value, true);
  }
  return bytes;
}

export function bzImage(): Uint8Array {
  const bytes = new Uint8Array(2048);
  bytes.set([0x55, 0xaa], 0x1fe);
  bytes.set(Buffer.from('HdrS'), 0x202);
  return bytes;
}

export function arm64Image(): Uint8Array {
  const bytes = new Uint8Array(512);
  bytes.set(Buffer.from('ARM\x64'), 0x38);
  return bytes;
}

export function windowsProgram(machine: number): Uint8Array {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from('MZ'));
  view.setUint32(0x3c, 0x80, true);
  bytes.set(Buffer.from('PE\0\0'), 0x80);
  view.setUint16(0x84, machine, true);
  return bytes;
}

/** An EFI zboot kernel around a compressed payload. */
export function zboot(payload: Uint8Array, method = 'gzip'): Uint8Array {
  const bytes = new Uint8Array(64 + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from('MZ\0\0zimg'));
  view.setUint32(8, 64, true);
  view.setUint32(12, payload.length, true);
  bytes.set(Buffer.from(method), 24);
  bytes.set(payload, 64);
  return bytes;
}
