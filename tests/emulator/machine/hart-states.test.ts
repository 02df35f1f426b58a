/** The built-in SBI's hart state management as a supervisor sees it: a hart that suspended itself is SUSPENDED until an IPI wakes it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { assemble } from '../../../emulator/isa/assembly.ts';
import { attach } from './bare-machine.ts';

const HSM = 0x48534d;
const IPI = 0x735049;
const SRST = 0x53525354;
const call = (extension: number, functionId: number) => `
  li a7, ${extension}
  li a6, ${functionId}
  ecall
`;
/** Asks for hart 1's state until it is the wanted one. */
const until = (state: number) => `
wait${state}:
  li a0, 1${call(HSM, 2)}
  li t0, ${state}
  bne a1, t0, wait${state}
`;

/** Linux's RISC-V image header, and behind it a supervisor that starts hart 1, sees it suspended, and wakes it. */
const supervisor = (kind: 'retentive' | 'non-retentive') => `
  j start
  .balign 8
  .dword 0x200000
  .dword 0x10000
  .dword 0
  .dword 2, 0, 0x5643534952
  .word 0x5435352, 0
start:
  li a0, 1
  la a1, second
  li a2, 0${call(HSM, 0)}
${until(4)}
  li a0, 2
  li a1, 0${call(IPI, 0)}
${until(0)}
  la t0, woken
awake:
  ld t1, 0(t0)
  beqz t1, awake
  li a0, 0
  li a1, 0${call(SRST, 0)}
  j .
second:
  csrwi sie, 2
  la a1, resumed
  li a2, 0
  li a0, ${kind === 'retentive' ? 0 : 0x8000_0000}${call(HSM, 3)}
${kind === 'retentive' ? '' : '  j .'}
resumed:
  la t0, woken
  li t1, 1
  sd t1, 0(t0)
  j .
  .balign 8
woken: .dword 0
`;

// Several times: the first hart may start the second one before that has begun.
it.each(['retentive', 'non-retentive'] as const)('a %s suspension', { repeats: 5 }, async (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-harts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const kernel = join(folder, 'Image');
  writeFileSync(kernel, assemble(supervisor(kind)).bytes);
  const boot = { kind: 'linux', kernel, commandLine: '' } as const;
  const machine = { board: 'riscv64-virt', memoryBytes: 64 * 2 ** 20, cores: 2, engine: 'auto', boot, disks: [], ports: [] } as const;
  const { ended } = await attach(machine);
  expect(await ended).toEqual({ kind: 'poweroff', code: 0 });
});
