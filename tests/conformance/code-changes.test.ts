/** Code that changes: FENCE.I after a store, within a hot loop, through another mapping; and data beside code. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../../emulator/isa/riscv/assembler.ts';
import { ENGINES, RAM_BASE, TestCore } from '../kit/engine.ts';
import { DATA, enter, everyRound, log, runBody } from './bare-program.ts';
import { PageTables, SUPERVISOR } from './page-tables.ts';

const instruction = (text: string) => new DataView(assemble(text).bytes.buffer).getUint32(0, true);
const ADDI_1 = instruction('addi a0, a0, 1');
const ADDI_100 = instruction('addi a0, a0, 100');
const RET = instruction('ret');
const A = 0x1000_0000n;

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);

  test('a function is written, called, rewritten and called', () => {
    const { rounds } = runBody(
      core,
      `
  li s1, ${DATA}
  li t0, ${ADDI_1}
  li t1, ${RET}
  sw t0, 0(s1)
  sw t1, 4(s1)
  fence.i
  li a0, 0
  li s2, 50
first:
  jalr s1
  addi s2, s2, -1
  bnez s2, first
  mv a1, a0
  li t0, ${ADDI_100}
  sw t0, 0(s1)
  fence.i
  li a0, 0
  li s2, 50
second:
  jalr s1
  addi s2, s2, -1
  bnez s2, second
${log('a1', 'a0')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([50n, 5000n]));
  });

  test('a hot loop rewrites an instruction of its own body', () => {
    const { rounds } = runBody(
      core,
      `
  li a0, 0
  li s2, 0
  la s1, patched
  li s3, ${ADDI_1}
  li s4, ${ADDI_100}
  sw s3, 0(s1)
  fence.i
loop:
patched:
  addi a0, a0, 1
  addi s2, s2, 1
  li t0, 20
  bne s2, t0, over
  sw s4, 0(s1)
  fence.i
over:
  li t0, 30
  blt s2, t0, loop
  sw s3, 0(s1)
  fence.i
${log('a0')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([20n + 1000n]));
  });

  test('every turn of a loop writes the next instruction', () => {
    const { rounds } = runBody(
      core,
      `
  li a0, 0
  li s2, 0
  la s1, patched
  li s3, ${ADDI_1}
loop:
  slli t0, s2, 20
  add t0, t0, s3
  sw t0, 0(s1)
  fence.i
patched:
  addi a0, a0, 1
  addi s2, s2, 1
  li t0, 40
  blt s2, t0, loop
${log('a0')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([(40n * 41n) / 2n]));
  });

  test('code is changed through another address', () => {
    const { rounds } = runBody(
      core,
      `
  li s1, ${A}
  li s2, ${DATA}
  li t1, ${RET}
  sw t1, 4(s2)
  li t0, ${ADDI_1}
  sw t0, 0(s2)
  fence.i
${enter('S', 's1code', 'b1')}
s1code:
  li a0, 0
  li s3, 30
loop1:
  jalr s1
  addi s3, s3, -1
  bnez s3, loop1
  li t0, ${ADDI_100}
  li t1, ${A + 0x10_0000n}
  sw t0, 0(t1)
  fence.i
  li s3, 30
loop2:
  jalr s1
  addi s3, s3, -1
  bnez s3, loop2
${log('a0')}
  ecall
b1:
  addi s11, s11, -24
  j next`,
      () => {
        const tables = new PageTables(core, 'Sv39');
        tables.map(BigInt(RAM_BASE), BigInt(RAM_BASE), SUPERVISOR, 2);
        tables.map(A, BigInt(DATA), SUPERVISOR);
        tables.map(A + 0x10_0000n, BigInt(DATA), SUPERVISOR);
        core.state.satp = tables.satp();
      },
    );
    expect(rounds).toEqual(everyRound([30n + 3000n]));
  });

  test('the same address means other code after its mapping changed', () => {
    let entry = 0n;
    const { rounds } = runBody(
      core,
      `
  li s1, ${A}
${enter('S', 's1code', 'b1')}
s1code:
  li a0, 0
  li s2, 12
repeat:
  sd s4, 0(s3)
  sfence.vma s1, zero
  jalr s1
  jalr s1
  sd s5, 0(s3)
  sfence.vma s1, zero
  jalr s1
  addi s2, s2, -1
  bnez s2, repeat
${log('a0')}
  ecall
b1:
  addi s11, s11, -24
  j next`,
      () => {
        const tables = new PageTables(core, 'Sv39');
        tables.map(BigInt(RAM_BASE), BigInt(RAM_BASE), SUPERVISOR, 2);
        entry = tables.map(A, BigInt(DATA), SUPERVISOR);
        core.load(DATA, new Uint8Array(Uint32Array.of(ADDI_1, RET).buffer));
        core.load(DATA + 0x1000, new Uint8Array(Uint32Array.of(ADDI_100, RET).buffer));
        const leaf = (page: number) => (BigInt(page >>> 12) << 10n) | BigInt(SUPERVISOR);
        [core.state.x[19], core.state.x[20], core.state.x[21]] = [entry, leaf(DATA), leaf(DATA + 0x1000)];
        core.state.satp = tables.satp();
      },
    );
    expect(rounds).toEqual(everyRound([12n * 102n]));
  });

  test('code is not compiled anew for what is written beside it, and is for what is written into it', () => {
    const before = core.compiled;
    const { rounds } = runBody(
      core,
      `
  li s1, ${DATA}
  li t0, ${ADDI_1}
  sw t0, 0(s1)
  li t1, ${RET}
  sw t1, 4(s1)
  fence.i
  li a0, 0
  li s2, 60
beside:
  jalr s1
  jalr s1
  sw s2, 64(s1)
  fence.i
  addi s2, s2, -1
  bnez s2, beside
  li t0, ${ADDI_100}
  sw t0, 0(s1)
  fence.i
  li s2, 20
behind:
  jalr s1
  sw s2, 68(s1)
  addi s2, s2, -1
  bnez s2, behind
${log('a0')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([120n + 2000n]));
    expect(core.compiled - before).toBeLessThan(60);
  });

  test('a counter beside the code that counts', () => {
    const { rounds } = runBody(
      core,
      `
  la s1, counter
  sd zero, 0(s1)
  li s2, 500
loop:
  ld t0, 0(s1)
  addi t0, t0, 3
  sd t0, 0(s1)
  addi s2, s2, -1
  bnez s2, loop
  ld a0, 0(s1)
${log('a0')}
  j next
.balign 8
counter: .dword 0`,
    );
    expect(rounds).toEqual(everyRound([1500n]));
  });

  test('an instruction that lies across two pages is changed in its second half', () => {
    const { rounds } = runBody(
      core,
      `
  li s1, ${DATA + 0xffe}
  li t0, ${ADDI_1 & 0xffff}
  sh t0, 0(s1)
  li t0, ${ADDI_1 >>> 16}
  sh t0, 2(s1)
  li t0, ${RET}
  sw t0, 4(s1)
  fence.i
  li a0, 0
  li s2, 20
first:
  jalr s1
  addi s2, s2, -1
  bnez s2, first
  li t0, ${ADDI_100 >>> 16}
  sh t0, 2(s1)
  fence.i
  li s2, 20
second:
  jalr s1
  addi s2, s2, -1
  bnez s2, second
${log('a0')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([20n + 2000n]));
  });
});

test.for(['auto', 'compiler'] as const)(
  '%s: code that is mapped in many places is compiled once for each page that follows it',
  (engine) => {
    // Enough calls that a place is looked at before it is hot by itself.
    const [PLACES, CALLS, STRIDE] = [40, 200, 0x3000n];
    const core = new TestCore(engine, 2, Infinity, 1000);
    const { rounds } = runBody(
      core,
      `
  li s1, ${A + 0xff0n}
${enter('S', 's1code', 'b1')}
s1code:
  li a0, 0
  li s2, ${PLACES}
place:
  li s3, ${CALLS}
repeat:
  jalr s1
  addi s3, s3, -1
  bnez s3, repeat
  li t0, ${STRIDE}
  add s1, s1, t0
  addi s2, s2, -1
  bnez s2, place
${log('a0')}
  ecall
b1:
  addi s11, s11, -24
  j next`,
      () => {
        const tables = new PageTables(core, 'Sv39');
        tables.map(BigInt(RAM_BASE), BigInt(RAM_BASE), SUPERVISOR, 2);
        for (let place = 0; place < PLACES; place++) {
          const at = A + STRIDE * BigInt(place);
          tables.map(at, BigInt(DATA), SUPERVISOR);
          tables.map(at + 0x1000n, BigInt(DATA) + (place % 2 === 0 ? 0x1000n : 0x2000n), SUPERVISOR);
        }
        // Adds nothing, if the address it finds itself at is the one it was called at.
        const { bytes } = assemble('auipc a1, 0\n sub a1, a1, s1\n add a0, a0, a1\n addi a0, a0, 0');
        core.load(DATA + 0xff0, bytes);
        core.load(DATA + 0x1000, new Uint8Array(Uint32Array.of(ADDI_1, RET).buffer));
        core.load(DATA + 0x2000, new Uint8Array(Uint32Array.of(ADDI_100, RET).buffer));
        core.state.satp = tables.satp();
      },
    );
    expect(rounds).toEqual(everyRound([BigInt((PLACES / 2) * CALLS * 101)]));
    expect(core.compiled).toBeLessThan(10);
    expect(Number(core.compiledInstructions) / Number(core.state.retired)).toBeGreaterThan(0.7);
  },
);

test('only so many compiled fragments are kept, and the program goes on all the same', () => {
  const FUNCTIONS = 200;
  const core = new TestCore('compiler', 2, 20);
  const functions = Array.from({ length: FUNCTIONS }, (_, index) => `f${index}: addi a0, a0, ${index}\n  ret\n`).join('');
  const calls = Array.from({ length: FUNCTIONS }, (_, index) => `  la t0, f${index}\n  jalr t0\n`).join('');
  const { rounds } = runBody(core, `  li a0, 0\n${calls}${log('a0')}  j next\n${functions}`);
  expect(rounds).toEqual(everyRound([BigInt((FUNCTIONS * (FUNCTIONS - 1)) / 2)]));
  expect(core.fragments).toBeGreaterThan(10);
  expect(core.fragments).toBeLessThanOrEqual(20);
});
