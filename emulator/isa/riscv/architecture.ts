/** RISC-V as the engine sees it. */
import type { Architecture } from '../architecture.ts';
import { CAUSE } from './cause.ts';
import { decode, decodeOnce } from './decoder.ts';
import { compiledCsr } from './privileged/compiled-csr.ts';
import { writeQuickCsr } from './privileged/quick-csr.ts';
import { RiscvCore } from './privileged/riscv-core.ts';
import { translateCode } from './privileged/translate-code.ts';
import { writeTranslate } from './privileged/translate.ts';
import { rows } from './rows.ts';
import { coreState } from './state.ts';

export const riscv: Architecture = {
  name: 'riscv64',
  state: coreState,
  rows,
  causes: {
    illegal: CAUSE.illegal,
    fetchAccess: CAUSE.instructionAccess,
    loadAccess: CAUSE.loadAccess,
    storeAccess: CAUSE.storeAccess,
    loadMisaligned: CAUSE.loadMisaligned,
    storeMisaligned: CAUSE.storeMisaligned,
  },
  decode,
  decodeOnce,
  writeTranslate,
  writeQuickCsr,
  translateCode,
  csr: compiledCsr,
  privileged: (engine, buffer, stateAt) => new RiscvCore(engine, buffer, stateAt),
};
