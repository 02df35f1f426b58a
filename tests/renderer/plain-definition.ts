/** A definition with nothing special about it. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';

export const plainDefinition = (name: string, patch: Partial<MachineDefinition> = {}): MachineDefinition => ({
  name,
  board: 'riscv64-virt',
  cores: 1,
  memoryMiB: 512,
  engine: 'auto',
  boot: { kind: 'linux', kernel: '/boot/Image' },
  disks: [],
  ports: [],
  note: '',
  ...patch,
});
