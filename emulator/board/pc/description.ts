/** `pc` as a person chooses it. */
import type { BoardDescription } from '../kit/description.ts';

export const pcDescription = {
  title: 'PC (amd64)',
  architecture: 'amd64',
  cores: { min: 1, max: 8 },
  memoryMiB: { min: 16, max: 3072 },
  disksMax: 24,
  networksMax: 3,
  sharesMax: 8,
  portsMax: 31,
  boots: ['linux', 'bare'],
  files: {
    kernel: 'A bzImage, an ELF kernel or a multiboot kernel',
    program: 'A multiboot program or an ELF file that runs in 64-bit mode',
    firmware: 'None yet',
  },
  commandLine: 'console=ttyS0',
  virtio: ['pci'],
  devices: [{ name: 'edu', title: 'Teaching device', about: 'edu, QEMU’s PCI device for learning to write drivers (1234:11e8).' }],
} as const satisfies BoardDescription;
