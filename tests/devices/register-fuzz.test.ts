/**
 * A guest program that reads and writes every device's registers at random, at every width, in every engine: nothing ends
 * but by its own word, and the machine can be paused and saved all the while. A failure prints its seed; VIVARIUM_SEED
 * repeats it, VIVARIUM_ROUNDS makes it longer.
 */
import { expect, it } from 'vitest';
import type { DiskAttachment, EngineMode } from '../../emulator/index.ts';
import { attach, bare, pointOf } from '../emulator/machine/bare-machine.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 2 ** 31);
/** Accesses a machine: the program's own count ends it, not a clock. */
const ACCESSES = 2000 * Number(process.env['VIVARIUM_ROUNDS'] ?? 10);
const SAVES = 4;

/** A page of each device: UART, RTC, CLINT, generation ID, PLIC (enable bits, thresholds), virtio places with and without a device. */
const PAGES = [
  ...[0x1000_0000, 0x10_1000, 0x200_0000, 0x200_b000, 0x400_0000, 0xc00_0000, 0xc00_2000, 0xc20_0000],
  ...[0x1000_1000, 0x1000_1000, 0x1000_2000, 0x1000_7000, 0x1000_7000, 0x1000_8000, 0x1000_8000, 0x1000_9000],
];
/** Values that mean something to some register; queues and descriptors lie in the upper half of memory. */
const VALUES = [
  ...[0, 1, 2, 3, 4, 8, 11, 15, 0x80, 0xff, 0xffff_ffff, 0x1000_0000],
  ...[0x8200_0000, 0x8200_1000, 0x8200_2000, 0x8300_0000],
];

/**
 * s0 random state, s1 accesses left, s2 pages, s3 values, s4 upper half of memory. Descriptors there are written at random,
 * too, with addresses in that half only, so that no device writes into the program.
 */
const program = (seed: number) => `
  bnez a0, park
  la t0, trapped
  csrw mtvec, t0
  li s0, ${seed + 1}
  li s1, ${ACCESSES}
  la s2, pages
  la s3, values
  li s4, 0x82000000
again:
  slli t0, s0, 13
  xor s0, s0, t0
  srli t0, s0, 7
  xor s0, s0, t0
  slli t0, s0, 17
  xor s0, s0, t0
  # the page, and an offset in it: half the time among the first registers
  srli t0, s0, 8
  andi t0, t0, 15
  slli t0, t0, 3
  add t0, t0, s2
  ld t1, 0(t0)
  srli t2, s0, 16
  andi t2, t2, 0xfc
  srli t3, s0, 63
  beqz t3, near
  srli t2, s0, 16
  li t3, 0xfff
  and t2, t2, t3
near:
  add t1, t1, t2
  # the value
  srli t0, s0, 32
  andi t0, t0, 15
  slli t0, t0, 3
  add t0, t0, s3
  ld t4, 0(t0)
  # a descriptor of the upper half: address and length, flags and next small
  srli t2, s0, 20
  li t3, 0xfff0
  and t2, t2, t3
  add t2, t2, s4
  srli t3, s0, 28
  li t5, 0xffffff
  and t3, t3, t5
  add t3, t3, s4
  sd t3, 0(t2)
  srli t3, s0, 40
  li t5, 0x0007000f00001fff
  and t3, t3, t5
  srli t5, s0, 50
  andi t5, t5, 7
  slli t5, t5, 32
  or t3, t3, t5
  sd t3, 8(t2)
  # the access
  srli t0, s0, 48
  andi t0, t0, 7
  beqz t0, read8
  addi t0, t0, -1
  beqz t0, read16
  addi t0, t0, -1
  beqz t0, read32
  addi t0, t0, -1
  beqz t0, read64
  addi t0, t0, -1
  beqz t0, write8
  addi t0, t0, -1
  beqz t0, write16
  addi t0, t0, -1
  beqz t0, write64
  sw t4, 0(t1)
  j next
read8:
  lb t4, 0(t1)
  j next
read16:
  lh t4, 0(t1)
  j next
read32:
  lw t4, 0(t1)
  j next
read64:
  ld t4, 0(t1)
  j next
write8:
  sb t4, 0(t1)
  j next
write16:
  sh t4, 0(t1)
  j next
write64:
  sd t4, 0(t1)
next:
  addi s1, s1, -1
  bnez s1, again
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
park:
  wfi
  j park
  # an access that no device takes: on with the next instruction, of two bytes or four
.balign 4
trapped:
  csrr t5, mepc
  lhu t6, 0(t5)
  andi t6, t6, 3
  addi t6, t6, -3
  addi t5, t5, 2
  bnez t6, back
  addi t5, t5, 2
back:
  csrw mepc, t5
  mret
.balign 8
pages: .dword ${PAGES.join(', ')}
values: .dword ${VALUES.join(', ')}
`;

const disk: DiskAttachment = {
  module: new URL('../emulator/machine/noting-disk.ts', import.meta.url).href,
  setup: { name: 'disk', sizeBytes: 1 << 20, filled: 1 },
  readonly: false,
};

it.each<EngineMode>(['interpreter', 'compiler', 'auto'])(
  `a guest that uses every register at random ends by its own word (%s, VIVARIUM_SEED=${SEED})`,
  async (engine) => {
    const parts = { disks: [disk], ports: ['shell', 'a.channel'] };
    const { machine, ended } = await attach(bare(program(SEED % 2 ** 30), engine, parts));
    let over = false;
    void ended.then(() => (over = true));
    for (let save = 0; save < SAVES && !over; save++) {
      // The guest may end at any of these; then they say so.
      await machine.pause();
      await machine.save().then(pointOf, () => undefined);
      await machine.resume();
    }
    expect(await ended).toEqual({ kind: 'poweroff', code: 0 });
  },
  120_000,
);
