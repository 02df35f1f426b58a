/** The x86 rows over a core without a privileged half: addresses are physical, exceptions end the run. */
import type { Architecture, EngineCore, ExecutionMode, Standing } from '../../../../emulator/isa/architecture.ts';
import { ALL_FLOAT_STATES, FLOAT_MODE, type FloatMode, WALK } from '../../../../emulator/isa/architecture.ts';
import { x86Cpu } from '../../../../emulator/isa/x86/cpu.ts';
import { decode, illegalValue, variants } from '../../../../emulator/isa/x86/decoder.ts';
import { OPERATIONS as ALL_OPERATIONS } from '../../../../emulator/isa/x86/privileged/operations.ts';
import { joinFlags, keepUnmasked } from '../../../../emulator/isa/x86/privileged/float-save.ts';
import { QUESTIONS } from '../../../../emulator/isa/x86/privileged/questions.ts';
import { floatPolicy } from '../../../../emulator/isa/x86/float-policy.ts';
import { describeFlags } from '../../../../emulator/isa/x86/flags.ts';
import { coreState } from '../../../../emulator/isa/x86/state.ts';
import { BareCore } from '../../engine/bare-core.ts';
import { bind, schema, type StateOf, u32, u64 } from '../../../../emulator/snapshot/schema.ts';

export const flatState = schema('x86-flat', 2, {
  ...coreState.fields,
  /** In 64-bit mode all of RSP counts. */
  stackMask: u64(2n ** 64n - 1n),
  rflags: u32(2),
  pc: u64(),
  avxUsable: u32(1),
  sseUsable: u32(1),
  /** The vector of what ended the run, plus one. */
  raised: u32(),
});
/** What the core does by itself are `raise` and `popFlags`; all else ends the run as INT3 does. */
const OPERATIONS = [...ALL_OPERATIONS, ...QUESTIONS];
const BREAKPOINT = 3;
const INEXACT = 1;
const FLOATING_POINT = 19;
const STATUS = { DF: 0x400n, usual: 0x202n } as const;

/** Where RAM begins. */
export const RAM_BASE = 0x1000_0000;

export class FlatCore extends BareCore {
  /** RAM, set by whoever makes the machine. */
  ram: DataView = new DataView(new ArrayBuffer(0));
  readonly state: StateOf<typeof flatState>;
  constructor(engine: EngineCore, buffer: SharedArrayBuffer, stateAt: number) {
    super(engine);
    this.state = bind(flatState, buffer, stateAt);
  }
  mode(): ExecutionMode {
    const { sseFlags, sseRounding, sseFlush, sseUnmasked } = this.state;
    const isCalled = sseFlush !== 0 || sseUnmasked !== 0;
    const isFast = sseFlags & INEXACT && sseRounding === 0;
    return { key: isCalled ? FLOAT_MODE.called : isFast ? FLOAT_MODE.fast : FLOAT_MODE.exact, fetchBank: 0, facts: 0 };
  }
  operation(name: string): void {
    const { operand } = this.engine.working;
    if (name === 'popFlags') return this.#popFlags();
    if (name === 'floatException') {
      keepUnmasked(this.state);
      return this.engine.raise(FLOATING_POINT, 0n);
    }
    this.engine.raise(name === 'raise' ? Number(operand) : BREAKPOINT, 0n);
  }
  #popFlags(): void {
    const { state } = this;
    const rsp = state.gpr[4] as bigint;
    const place = Number(rsp) - RAM_BASE;
    const value = state.operandSize === 16 ? BigInt(this.ram.getUint16(place, true)) : this.ram.getBigUint64(place, true);
    state.gpr[4] = rsp + (state.operandSize === 16 ? 2n : 8n);
    describeFlags(state.flags, value);
    state.rflags = Number((value & STATUS.DF) | STATUS.usual);
    state.pc = state.nextPc;
    this.engine.redirected();
  }
  takeTrap(): void {
    joinFlags(this.state);
    this.state.raised = this.engine.working.cause + 1;
    this.engine.nudge();
  }
  standing(): Standing {
    return this.state.raised ? 'off' : 'executing';
  }
}

export const flat: Architecture = {
  name: 'x86-flat',
  state: flatState,
  files: {
    gpr: { kind: 'integer', width: 64, count: 16, zero: { reads: 16, discards: 16 } },
    xmm: { kind: 'vector', width: 128, count: 16 },
    ymmHigh: { kind: 'vector', width: 128, count: 16 },
    x87: { kind: 'integer', width: 64, count: 8 },
    flags: { kind: 'integer', width: 64, count: 3, late: true },
  },
  code: { grain: 1, longest: 15, record: 32 },
  accesses: { misaligned: 'fast', unanswered: 'ones', atomics: 'anywhere' },
  modes: {
    count: ALL_FLOAT_STATES,
    banks: 1,
    decodings: 1,
    facets: (key) => ({ bank: 0, float: key as FloatMode, decoding: 0 }),
  },
  float: floatPolicy,
  rows: variants().list,
  cpu: x86Cpu,
  causes: { illegal: 6, fetchAccess: 14, loadAccess: 14, storeAccess: 14, loadMisaligned: 17, storeMisaligned: 17 },
  decode,
  illegalValue,
  operations: OPERATIONS,
  quickOperations: {},
  quickAnswers: {},
  inlines: () => false,
  writeTranslate: (r, parts) => {
    parts.run.set(r, 'walkFlags', r.i32(WALK.readable | WALK.writable | WALK.executable));
    r.return(r.parameter(0).get());
  },
  translateCode: (address) => address,
  privileged: (engine, buffer, stateAt) => new FlatCore(engine, buffer, stateAt),
};
