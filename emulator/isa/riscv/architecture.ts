/** RISC-V as the engine sees it. */
import type { Architecture } from '../architecture.ts';
import { CAUSE } from './cause.ts';
import { OPERATIONS, riscvCpu } from './cpu.ts';
import { decodeAt, illegalValue, wordAt } from './decoder.ts';
import { mayCompileCsr } from './privileged/compiled-csr.ts';
import { writeQuickCsr } from './privileged/quick-csr.ts';
import { quickOperations } from './privileged/quick-operations.ts';
import { modes } from './privileged/modes.ts';
import { writeQuickCall, writeQuickReturn, writeQuickTrap } from './privileged/quick-traps.ts';
import { RiscvCore } from './privileged/riscv-core.ts';
import { translateCode } from './privileged/translate-code.ts';
import { writeTranslate } from './privileged/translate.ts';
import { rows } from './rows.ts';
import { coreState } from './state.ts';

export const riscv: Architecture = {
  name: 'riscv64',
  state: coreState,
  files: {
    x: { kind: 'integer', width: 64, count: 32, zero: { reads: 0, discards: 32 } },
    f: { kind: 'double', width: 64, count: 32 },
  },
  code: { grain: 2, longest: 4 },
  accesses: { misaligned: 'slow', unanswered: 'fault', atomics: 'aligned' },
  modes,
  float: { rounding: 'frm', flags: 'fflags', operand: 'rm', reservedAbove: 4 },
  rows,
  cpu: riscvCpu,
  causes: {
    illegal: CAUSE.illegal,
    fetchAccess: CAUSE.instructionAccess,
    loadAccess: CAUSE.loadAccess,
    storeAccess: CAUSE.storeAccess,
    loadMisaligned: CAUSE.loadMisaligned,
    storeMisaligned: CAUSE.storeMisaligned,
  },
  decode: decodeAt,
  key: wordAt,
  illegalValue,
  operations: OPERATIONS,
  quickOperations,
  quickAnswers: { csr: writeQuickCsr, ecall: writeQuickCall, sret: writeQuickReturn },
  quickTrap: writeQuickTrap,
  inlines: ({ row, operands }, { float }, { privilege }) => {
    const { csr } = operands;
    if (csr === undefined) return false;
    const writes = row.name.startsWith('csrrw') || (operands['rs1'] ?? operands['zimm']) !== 0;
    return mayCompileCsr(row.name, csr, writes, { privilege: Number(privilege), float: float !== 0 });
  },
  writeTranslate,
  translateCode,
  privileged: (engine, buffer, stateAt) => new RiscvCore(engine, buffer, stateAt),
};
