/** Code that one core writes and others run: no core may ever run the former code, with or without an instruction fence. */
import { expect, it } from 'vitest';
import type { EngineMode } from '../../../emulator/index.ts';
import { attach, bare } from './bare-machine.ts';

const ROUNDS = 2000;
const CALLS = 4;

interface Rewriting {
  /** Whether the callers fence before they call. */
  readonly fence: boolean;
  /** Pages among which the function moves, so that pages become code, and data again. */
  readonly pages: number;
}

/** Looks at a word (into t6) some hundred times, then sleeps until the core's software interrupt; goes on where `until` says. */
const patiently = (address: string, label: string, until: string) => `
${label}again:
  sw zero, 0(s8)
  li t0, 300
${label}look:
  ld t6, 0(${address})
  ${until}
  addi t0, t0, -1
  bnez t0, ${label}look
  wfi
  j ${label}again`;

/**
 * Core 0 writes a function that returns the round's number and tells its number; the others call it and compare, then say
 * so. It writes data beside the function, so that the page is written when nobody runs it.
 */
const rewriting = (cores: number, { fence, pages }: Rewriting) => `
  .equ SHARED, 0x80200000
  .equ CODE, 0x80300000
  .equ CLINT, 0x2000000
  slli s8, a0, 2
  li t0, CLINT
  add s8, s8, t0          # the core's own software interrupt
  li t0, 8
  csrw mie, t0
  li s0, SHARED
  li s1, CODE
  li s2, ${ROUNDS}
  li s3, 0                # the round
  bnez a0, caller
writer:
  addi s3, s3, 1
  andi t0, s3, ${pages - 1}
  slli t0, t0, 12
  add t1, s1, t0
  li t2, 0x7ff
  and t2, s3, t2
  slli t2, t2, 20
  ori t2, t2, 0x513       # addi a0, x0, round
  li t3, 0x8067           # ret
  sw t3, 4(t1)
  sw t2, 0(t1)
  sd s3, 0x100(t1)
  fence rw, rw
  sd s3, 0(s0)
  li t4, 1
  li t6, 1
  li t5, CLINT
tell:
  addi t5, t5, 4
  sw t6, 0(t5)
  addi t4, t4, 1
  li t0, ${cores}
  bne t4, t0, tell
  li t4, 1
others:
  slli t5, t4, 6
  add t5, t5, s0
wait:
${patiently('t5', 'arrived', 'beq t6, s3, arrived')}
arrived:
  addi t4, t4, 1
  li t5, ${cores}
  bne t4, t5, others
  bne s3, s2, writer
  ld t0, 8(s0)            # how often a wrong function was met
  slli t0, t0, 16
  li t1, 0x3333
  or t0, t0, t1
  li t1, 0x100000
  sw t0, 0(t1)
  j .
caller:
  slli s4, a0, 6
  add s4, s4, s0
listen:
${patiently('s0', 'heard', 'bne t6, s3, heard')}
heard:
  mv s3, t6
  fence rw, rw
  ${fence ? 'fence.i' : ''}
  andi t0, s3, ${pages - 1}
  slli t0, t0, 12
  add s5, s1, t0
  li s6, ${CALLS}
  li s7, 0x7ff
  and s7, s7, s3
call:
  jalr s5
  beq a0, s7, right
  addi t0, s0, 8
  li t1, 1
  amoadd.d zero, t1, (t0)
right:
  addi s6, s6, -1
  bnez s6, call
  fence rw, rw
  sd s3, 0(s4)
  li t0, CLINT
  li t1, 1
  sw t1, 0(t0)
  bne s3, s2, listen
  j .
`;

const ENGINES: readonly EngineMode[] = ['interpreter', 'auto', 'compiler'];
const CASES = ENGINES.flatMap((engine) =>
  [2, 4].flatMap((cores) => [true, false].flatMap((fence) => [1, 8].map((pages) => ({ engine, cores, fence, pages })))),
);

it.each(CASES)(
  'no core runs former code: $engine, $cores cores, fence $fence, $pages pages',
  async ({ engine, cores, fence, pages }) => {
    const { machine, ended } = await attach(bare(rewriting(cores, { fence, pages }), engine, { cores }));
    // The finisher's code is the number of wrong calls.
    expect(await ended).toEqual({ kind: 'poweroff', code: 0 });
    await machine.stop();
  },
  120_000,
);
