/** The boards that are measured and tried: which guest boots on each, and what compiles for it and runs it beside us. */
import type { ToolName } from '../kit/tools.ts';

interface GuestBoard {
  readonly template: string;
  readonly compiler: ToolName;
  readonly peer: ToolName;
  /** What tells the peer to be such a board. */
  readonly peerMachine: readonly string[];
  /** The peer's virtio disk on such a board. */
  readonly peerDisk: string;
  /** Debian's name of the architecture. */
  readonly debian: string;
}

export const GUEST_BOARDS = {
  'riscv64-virt': {
    template: 'debian-riscv64',
    compiler: 'riscv64-linux-gnu-gcc',
    peer: 'qemu-system-riscv64',
    peerMachine: ['-M', 'virt'],
    peerDisk: 'virtio-blk-device',
    debian: 'riscv64',
  },
  // Emulated, whatever the computer could do for it.
  pc: {
    template: 'debian-amd64',
    compiler: 'x86-64-gcc',
    peer: 'qemu-system-x86_64',
    peerMachine: ['-M', 'pc', '-accel', 'tcg'],
    peerDisk: 'virtio-blk-pci',
    debian: 'amd64',
  },
} as const satisfies Record<string, GuestBoard>;

export type GuestBoardName = keyof typeof GUEST_BOARDS;
export const GUEST_BOARD_NAMES = Object.keys(GUEST_BOARDS) as readonly GuestBoardName[];
export const isGuestBoard = (name: string): name is GuestBoardName => (GUEST_BOARD_NAMES as readonly string[]).includes(name);
