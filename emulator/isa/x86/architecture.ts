/** x86-64 as the engine sees it. */
import type { Architecture, QuickOperation } from '../architecture.ts';
import { NO_REGISTER } from './address.ts';
import { x86Cpu } from './cpu.ts';
import { decode, illegalValue, variants } from './decoder.ts';
import { floatPolicy } from './float-policy.ts';
import { LONGEST } from './prefixes.ts';
import { causeOf, VECTOR } from './privileged/fault.ts';
import { modes } from './privileged/mode.ts';
import { OPERATIONS } from './privileged/operations.ts';
import { QUESTIONS } from './privileged/questions.ts';
import { translateCode } from './privileged/translate-code.ts';
import { writeTranslate } from './privileged/translate.ts';
import { writeQuickCall, writeQuickReturn } from './privileged/quick-calls.ts';
import { writeQuickControl, writeQuickTime } from './privileged/quick-control.ts';
import { writeQuickException, writeQuickInterruptReturn } from './privileged/quick-exceptions.ts';
import { writeQuickRestore, writeQuickSave } from './privileged/quick-extended.ts';
import { X86Core } from './privileged/x86-core.ts';
import { coreState } from './state.ts';

/** An operation that is done by the quick answer of its name, with the operand that it has. */
const answered =
  (name: string): QuickOperation =>
  (_r, core, [operand]) => ({ possible: core.answer(name, operand), run: () => core.event() });

/** One of XSAVE's kin, with the area's address and whether pointers have 64 bits; what `goesOn` says does not change the mode. */
const extended =
  (name: string, goesOn: boolean): QuickOperation =>
  (r, core, [address, areWide]) => ({
    possible: core.answer(name, address, areWide && r.wrap(areWide)),
    run: () => (goesOn ? undefined : core.event()),
  });

export const x86: Architecture = {
  name: 'x86-64',
  state: coreState,
  files: {
    gpr: { kind: 'integer', width: 64, count: NO_REGISTER, zero: { reads: NO_REGISTER, discards: NO_REGISTER } },
    xmm: { kind: 'vector', width: 128, count: 16 },
    /** Bits 128 to 255, apart: most code has no use for them. */
    ymmHigh: { kind: 'vector', width: 128, count: 16 },
    x87: { kind: 'integer', width: 64, count: 8 },
    flags: { kind: 'integer', width: 64, count: 3, late: true },
  },
  code: { grain: 1, longest: LONGEST, record: 32 },
  accesses: { misaligned: 'fast', unanswered: 'ones', atomics: 'anywhere' },
  modes,
  float: floatPolicy,
  get rows() {
    return variants().list;
  },
  cpu: x86Cpu,
  // What is not RAM answers every access, or the board does; these are for what no processor would do.
  causes: {
    illegal: causeOf(VECTOR.UD),
    fetchAccess: causeOf(VECTOR.GP),
    loadAccess: causeOf(VECTOR.GP),
    storeAccess: causeOf(VECTOR.GP),
    loadMisaligned: causeOf(VECTOR.AC),
    storeMisaligned: causeOf(VECTOR.AC),
  },
  decode,
  illegalValue,
  operations: [...OPERATIONS, ...QUESTIONS],
  // Stores by cores drop translated code at once; only what devices wrote needs looking for.
  quickOperations: {
    serialize: (_r, core) => ({ possible: core.codeUnchanged(), run: () => undefined }),
    systemCall: answered('systemCall'),
    interruptReturn: answered('interruptReturn'),
    systemReturn: answered('systemReturn'),
    saveExtended: extended('saveExtended', true),
    saveOptimized: extended('saveOptimized', true),
    saveCompacted: extended('saveCompacted', true),
    restoreExtended: extended('restoreExtended', false),
  },
  quickAnswers: {
    systemCall: writeQuickCall,
    systemReturn: writeQuickReturn,
    interruptReturn: writeQuickInterruptReturn,
    readControl: writeQuickControl,
    timeStamp: writeQuickTime,
    saveExtended: writeQuickSave('whole'),
    saveOptimized: writeQuickSave('optimized'),
    saveCompacted: writeQuickSave('compacted'),
    restoreExtended: writeQuickRestore,
  },
  quickTrap: writeQuickException,
  inlines: () => false,
  writeTranslate,
  translateCode,
  privileged: (engine, buffer, stateAt) => new X86Core(engine, buffer, stateAt),
};
