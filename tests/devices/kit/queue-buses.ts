/**
 * A guest's way to virtio queues on either bus, in assembly: where the devices are, how a driver resets one and sets up its
 * queues, and how it notifies.
 */
import type { VirtioBus } from '../../../emulator/index.ts';
import {
  CONSOLE_PLACE,
  PCI_CONFIGURATION,
  PCI_MEMORY,
  pciSlotOfVirtio,
  RNG_PLACE,
  virtioPlace,
} from '../../../emulator/board/riscv64-virt/memory-map.ts';

/** Two disks, of which the second is read-only, a console with two ports, and the entropy source. */
export const DEVICES = [
  { place: 0, queues: 1 },
  { place: 1, queues: 1 },
  { place: CONSOLE_PLACE, queues: 6 },
  { place: RNG_PLACE, queues: 1 },
];
/** Queues and all that descriptors point at lie in the upper half of 64 MiB, so that no device writes into the program. */
export const UPPER = 0x8200_0000;
/** What one queue takes up there, and how many descriptors it has. */
export const QUEUE_BYTES = 0x4000;
export const SIZE = 64;

/** How a transport's registers are reached; s0 is the device, t0 the value, s5 the queue. */
export interface Bus {
  readonly base: (index: number, place: number) => number;
  readonly setUp: string;
  readonly status: readonly [write: string, read: string];
  readonly features: readonly [deviceSelect: string, device: string, driverSelect: string, driver: string];
  readonly queue: { readonly select: string; readonly size: string; readonly ready: string };
  readonly areas: readonly [number, number, number];
  readonly notify: string;
}

export const buses: Readonly<Record<VirtioBus, Bus>> = {
  mmio: {
    base: (_, place) => virtioPlace(place).at,
    setUp: '',
    status: ['sw t0, 0x70(s0)', 'lw t0, 0x70(s0)'],
    features: ['sw t0, 0x14(s0)', 'lw t0, 0x10(s0)', 'sw t0, 0x24(s0)', 'sw t0, 0x20(s0)'],
    queue: { select: 'sw t0, 0x30(s0)', size: 'sw t0, 0x38(s0)', ready: 'sw t0, 0x44(s0)' },
    areas: [0x80, 0x90, 0xa0],
    notify: 'sw s5, 0x50(s0)',
  },
  pci: {
    base: (index) => PCI_MEMORY.at + 0x4000 * index,
    setUp: DEVICES.map(
      ({ place }, index) => `
  li t1, ${PCI_CONFIGURATION.at + 0x8000 * pciSlotOfVirtio(place)}
  li t0, ${PCI_MEMORY.at + 0x4000 * index}
  sw t0, 0x20(t1)
  sw zero, 0x24(t1)
  li t0, 6
  sh t0, 4(t1)`,
    ).join('\n'),
    status: ['sb t0, 0x14(s0)', 'lbu t0, 0x14(s0)'],
    features: ['sw t0, 0(s0)', 'lw t0, 4(s0)', 'sw t0, 8(s0)', 'sw t0, 0xc(s0)'],
    queue: { select: 'sh t0, 0x16(s0)', size: 'sh t0, 0x18(s0)', ready: 'sh t0, 0x1c(s0)' },
    areas: [0x20, 0x28, 0x30],
    notify: 'li t1, 0x3000\n add t1, t1, s0\n slli t0, s5, 2\n add t1, t1, t0\n sh s5, 0(t1)',
  },
};

/** Subroutines. `start`: resets the device at s0 with s4 queues and sets all up; all features where a0 is 0, else a random part. */
export const subroutines = ({ status, features, queue, areas, notify }: Bus) => `
start:
  mv s11, ra
  mv t2, a0
  li t0, 0
  ${status[0]}
  li t0, 3
  ${status[0]}
  li t0, 1
  ${features[2]}
  ${features[3]}
  li t0, 0
  ${features[0]}
  ${features[2]}
  beqz t2, 1f
  call next
  ${features[1]}
  and t0, t0, a0
  j 2f
1:
  ${features[1]}
2:
  ${features[3]}
  li t0, 11
  ${status[0]}
  li s5, 0
  li s1, ${UPPER}
3:
  mv t0, s5
  ${queue.select}
  li t0, ${SIZE}
  ${queue.size}
  ${areas.map((at, part) => `li t1, ${0x1000 * part}\n add t0, s1, t1\n sw t0, ${at}(s0)\n sw zero, ${at + 4}(s0)`).join('\n')}
  li t0, 1
  ${queue.ready}
  li t1, 0x1000
  add t0, s1, t1
  sw zero, 0(t0)
  add t0, t0, t1
  sw zero, 0(t0)
  li t1, ${QUEUE_BYTES}
  add s1, s1, t1
  addi s5, s5, 1
  blt s5, s4, 3b
  li t0, 15
  ${status[0]}
  jr s11

# rings the bell of queue s5
notify:
  fence rw, rw
  ${notify}
  ret

# s1: the parts of queue s5
area:
  li t0, ${QUEUE_BYTES}
  mul t0, t0, s5
  li s1, ${UPPER}
  add s1, s1, t0
  ret

next:
  slli a0, s2, 13
  xor s2, s2, a0
  srli a0, s2, 7
  xor s2, s2, a0
  slli a0, s2, 17
  xor s2, s2, a0
  mv a0, s2
  ret
`;
