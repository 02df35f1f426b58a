/** The machine of the trials. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { GuestBoardName } from '../bench/boards.ts';
import { DISK_BYTES, MEMORY_MIB } from './guest-model.ts';

/** @param program the board's guest (`trialFolder`); @param base what its disk stands on */
export const guestDefinition = (
  name: string,
  program: string,
  base: string,
  board: GuestBoardName = 'riscv64-virt',
): MachineDefinition => ({
  name,
  board,
  cores: 1,
  memoryMiB: MEMORY_MIB,
  engine: 'auto',
  boot: { kind: 'bare', program },
  disks: [{ path: base, format: 'raw', readonly: false, writes: 'overlay', sizeBytes: DISK_BYTES }],
  ports: [],
  note: '',
});
