/** `riscv64-virt` as a person chooses it. */
import type { BoardDescription } from '../kit/description.ts';

export const riscv64VirtDescription = {
  title: 'QEMU’s virt (riscv64)',
  architecture: 'riscv64',
  cores: { min: 1, max: 8 },
  memoryMiB: { min: 16, max: 3072 },
  // As many as the I/O thread has bells for, beside the serial port's, the consoles' and the entropy source's.
  disksMax: 24,
  networksMax: 4,
  sharesMax: 8,
  portsMax: 31,
  boots: ['linux', 'bare', 'firmware'],
  files: {
    kernel: 'An Image, a gzipped Image or an ELF kernel',
    program: 'An ELF or a raw binary that runs in M-mode',
    firmware: 'For example OpenSBI’s fw_jump.bin',
  },
  builtInFirmware: 'SBI',
  commandLine: 'console=ttyS0',
  virtio: ['mmio', 'pci'],
  devices: [{ name: 'edu', title: 'Teaching device (edu)', about: 'QEMU’s PCI device for learning to write drivers (1234:11e8).' }],
} as const satisfies BoardDescription;
