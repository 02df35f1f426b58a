/**
 * A guest program that scrambles the queues of every virtio device, on either bus: descriptors, rings and requests between
 * right and absurd, with resets in between. It counts its own rounds, then uses each device as one should, and powers off
 * with a code that says how it went (`CODES`).
 */
import type { VirtioBus } from '../../../emulator/index.ts';
import { type Bus, buses, DEVICES, SIZE, subroutines, UPPER } from './queue-buses.ts';

/** What the program's exit code means. */
export const CODES = { right: 0, wroteOutside: 1, neverAnswered: 2, neverStopped: 3, wrongAnswer: 4 } as const;

/** Where memory ends. */
const END = 0x8400_0000;
/** A piece of the lower half that must stay zero. */
const GUARD = { at: 0x8100_0000, bytes: 0x1_0000 };
const HEADERS = UPPER + 0x10_0000;
const SCRAMBLES = 8;
/** How often the program looks whether something came back, when it waits. */
const LOOKS = 4000;
/** How often it does all bursts again at most, where no device has answered, or none has refused to go on. */
const REPEATS = 2000;
const ABSURD = [0, 0x1000_1000, END - 16, END - 1, END, UPPER - 1, 0xffff_ffff, '0xfffffffffffffff0'];

/** Scrambles queue s5: descriptors, ring and index; then notifies and sometimes waits. s10: chains shaped as requests. */
const scramble = `
scramble:
  mv s11, ra
  call area
  call next
  andi s10, a0, 1
  mv t0, s1
  li t1, 0
descriptor:
  # the address: among the queues, anywhere in the upper half, or absurd
  call next
  andi t2, a0, 31
  beqz t2, absurd
  li t3, 0x1fff0
  andi t2, t2, 1
  beqz t2, 1f
  li t3, 0x1fffff0
1:
  srli a0, a0, 8
  and a0, a0, t3
  li t3, ${UPPER}
  add a0, a0, t3
  j 2f
absurd:
  srli a0, a0, 8
  andi a0, a0, ${8 * (ABSURD.length - 1)}
  la t3, absurds
  add a0, a0, t3
  ld a0, 0(a0)
2:
  sd a0, 0(t0)
  # the length: small, at times anything
  call next
  srli t2, a0, 59
  beqz t2, 3f
  andi a0, a0, 0x7ff
3:
  sw a0, 8(t0)
  # flags and next
  call next
  andi t2, a0, 7
  sh t2, 12(t0)
  srli t2, a0, 8
  andi t2, t2, 63
  sh t2, 14(t0)
  beqz s10, described
  # shaped: two to read, one to write; the first is a header of the kind that requests and control messages have
  addi t3, t1, 1
  sh t3, 14(t0)
  li t2, 3
  rem t2, t1, t2
  li t3, 1
  bnez t2, 4f
  slli t4, t1, 4
  li t5, ${HEADERS}
  add t4, t4, t5
  sd t4, 0(t0)
  li t5, 16
  sw t5, 8(t0)
  andi t5, a0, 15
  srli t2, a0, 20
  andi t2, t2, 7
  slli t2, t2, 32
  or t5, t5, t2
  sd t5, 0(t4)
  srli t5, a0, 40
  li t2, 0x8ff
  and t5, t5, t2
  sd t5, 8(t4)
  li t2, 0
4:
  li t4, 2
  bne t2, t4, 5f
  li t3, 2
5:
  sh t3, 12(t0)
described:
  addi t0, t0, 16
  addi t1, t1, 1
  li t2, ${SIZE}
  bltu t1, t2, descriptor
  # up to seven chains
  li t1, 0x1000
  add t0, s1, t1
  lhu t1, 2(t0)
  call next
  andi t2, a0, 7
  srli t6, a0, 60
offer:
  beqz t2, offered
  call next
  andi t3, a0, 127
  beqz s10, 6f
  li t4, 21
  remu t3, t3, t4
  slli t4, t3, 1
  add t3, t3, t4
6:
  andi t4, t1, ${SIZE - 1}
  slli t4, t4, 1
  add t4, t4, t0
  sh t3, 4(t4)
  addi t1, t1, 1
  addi t2, t2, -1
  j offer
offered:
  bnez t6, 7f
  call next
  add t1, t1, a0
7:
  fence rw, rw
  sh t1, 2(t0)
  call notify
  # waits at times, so that what is in flight ends before the next scramble
  call next
  andi t0, a0, 3
  bnez t0, scrambled
  li t1, 0x2000
  add t2, s1, t1
  lhu t3, 2(t2)
  li t1, ${LOOKS}
8:
  lhu t4, 2(t2)
  bne t4, t3, scrambled
  addi t1, t1, -1
  bnez t1, 8b
scrambled:
  jr s11
`;

/** One buffer of device s0's queue s5, at s1: a chain of `pieces`, and the wait for it. What the device says to have written is in a0. */
const request = (pieces: readonly { readonly at: number; readonly length: number; readonly writable: boolean }[]) => `
  ${pieces
    .map(
      ({ at, length, writable }, index) => `
  li t0, ${at}
  sd t0, ${16 * index}(s1)
  li t0, ${length}
  sw t0, ${16 * index + 8}(s1)
  li t0, ${(writable ? 2 : 0) | (index < pieces.length - 1 ? 1 : 0)}
  sh t0, ${16 * index + 12}(s1)
  li t0, ${index + 1}
  sh t0, ${16 * index + 14}(s1)`,
    )
    .join('\n')}
  li t1, 0x1000
  add t0, s1, t1
  sh zero, 4(t0)
  li t2, 1
  fence rw, rw
  sh t2, 2(t0)
  call notify`;
const answered = `
  li t1, 0x2000
  add t2, s1, t1
1:
  lhu t3, 2(t2)
  beqz t3, 1b
  fence rw, rw
  lwu a0, 8(t2)`;
const writable = (at: number, length: number) => ({ at, length, writable: true });
const readable = (at: number, length: number) => ({ at, length, writable: false });

/** Whether each device does its work after all that. All are reset first: what they still have to do would be written anywhere. */
const epilogue = (bus: Bus, base: (index: number) => number) => `
  ${DEVICES.map((_, index) => `li s0, ${base(index)}\n  li t0, 0\n  ${bus.status[0]}`).join('\n  ')}
  li s0, ${base(0)}
  li s4, 1
  li a0, 0
  call start
  li s5, 0
  call area
  li t1, ${HEADERS}
  sd zero, 0(t1)
  li t0, 3
  sd t0, 8(t1)
  li t0, 0xff
  sb t0, 1024(t1)
  ${request([readable(HEADERS, 16), writable(HEADERS + 512, 512), writable(HEADERS + 1024, 1)])}
  ${answered}
  li t0, 513
  li a1, ${CODES.wrongAnswer}
  bne a0, t0, end
  li t1, ${HEADERS}
  lbu t0, 1024(t1)
  bnez t0, end
  li s0, ${base(3)}
  li a0, 0
  call start
  li s5, 0
  call area
  ${request([writable(HEADERS, 16)])}
  ${answered}
  li t0, 16
  li a1, ${CODES.wrongAnswer}
  bne a0, t0, end
  # the console tells of its ports when it hears that the driver is ready
  li s0, ${base(2)}
  li s4, 6
  li a0, 0
  call start
  li s5, 2
  call area
  ${request([writable(HEADERS, 64)])}
  li s5, 3
  call area
  li t1, ${HEADERS + 512}
  li t0, 0x1000000000000
  sd t0, 0(t1)
  ${request([readable(HEADERS + 512, 8)])}
  ${answered}
  li s5, 2
  call area
  ${answered}
  li t0, 8
  li a1, ${CODES.wrongAnswer}
  bltu a0, t0, end
`;

/** @param bursts how many times a device is chosen, reset and scrambled; the seed decides all else */
export function queueProgram(bus: VirtioBus, seed: number, bursts: number): string {
  const base = (index: number) => buses[bus].base(index, DEVICES[index]?.place as number);
  return `
  li s2, ${seed + 1}
  li s3, ${bursts}
  li tp, ${REPEATS}
  li s8, 0
  li s9, 0
  ${buses[bus].setUp}
burst:
  call next
  srli a0, a0, 16
  andi a0, a0, ${16 * (DEVICES.length - 1)}
  la s7, devices
  add s7, s7, a0
  ld s0, 0(s7)
  ld s4, 8(s7)
  call next
  srli a0, a0, 20
  andi a0, a0, 1
  call start
  li s6, ${SCRAMBLES}
scrambles:
  call next
  srli a0, a0, 24
  remu s5, a0, s4
  call scramble
  # something came back; or the device has refused to go on
  li t1, 0x2000
  add t0, s1, t1
  lhu t0, 2(t0)
  beqz t0, 1f
  addi s8, s8, 1
1:
  ${buses[bus].status[1]}
  andi t0, t0, 64
  beqz t0, 2f
  addi s9, s9, 1
  li s6, 1
2:
  addi s6, s6, -1
  bnez s6, scrambles
  addi s3, s3, -1
  bnez s3, burst
  # a busy host may not have let the devices' thread run meanwhile
  beqz s8, again
  bnez s9, enough
again:
  li s3, ${bursts}
  addi tp, tp, -1
  bnez tp, burst
enough:
  ${epilogue(buses[bus], base)}
  li a1, ${CODES.neverAnswered}
  beqz s8, end
  li a1, ${CODES.neverStopped}
  beqz s9, end
  li a1, ${CODES.wroteOutside}
  li t0, ${GUARD.at}
  li t1, ${GUARD.at + GUARD.bytes}
1:
  ld t2, 0(t0)
  bnez t2, end
  addi t0, t0, 8
  bltu t0, t1, 1b
  li a1, ${CODES.right}
end:
  li t0, 0x100000
  li t1, 0x5555
  beqz a1, 1f
  slli a1, a1, 16
  li t1, 0x3333
  or t1, t1, a1
1:
  sw t1, 0(t0)
2:
  wfi
  j 2b
${scramble}
${subroutines(buses[bus])}
.balign 8
devices: .dword ${DEVICES.flatMap(({ queues }, index) => [base(index), queues]).join(', ')}
absurds: .dword ${ABSURD.join(', ')}
`;
}
