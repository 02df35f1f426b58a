/** A toy architecture that has what RISC-V has not: instructions of 1 to 7 bytes, flags, modes that change decoding, ports, vectors. */
import type { Architecture, EngineCauses, EngineCore, ExecutionMode, Standing } from '../../../../emulator/isa/architecture.ts';
import { FLOAT_MODE, type FloatMode, WALK } from '../../../../emulator/isa/architecture.ts';
import type { Decoded } from '../../../../emulator/isa/row.ts';
import { BareCore } from '../bare-core.ts';
import { bind, type StateOf } from '../../../../emulator/snapshot/schema.ts';
import { PREFIX_32 } from './row.ts';
import { toyRows } from './rows.ts';
import { CONTROL, RAISED, toyState } from './state.ts';

/** Modes that differ in floating point only. */
const FLOAT_KEYS = Object.keys(FLOAT_MODE).length;
/** Bytes of an immediate, by decoding. */
const IMMEDIATE_BYTES = [1, 4] as const;

function decode(view: DataView, at: number, there: number, decoding: number): Decoded | 'illegal' | 'more' {
  const prefixed = view.getUint8(at) === PREFIX_32;
  let length = prefixed ? 2 : 1;
  if (there < length) return 'more';
  const code = view.getUint8(at + length - 1);
  const row = toyRows.find((one) => one.code === code && one.prefixed === prefixed);
  if (!row) return 'illegal';
  const registersAt = at + length;
  if (row.hasRegisters) length++;
  const indexAt = at + length;
  if (row.hasIndex) length++;
  const immediateAt = at + length;
  const immediateBytes = row.isWide ? 8 : row.hasImmediate ? (IMMEDIATE_BYTES[decoding] ?? 1) : 0;
  length += immediateBytes;
  if (there < length) return 'more';
  const operands: Record<string, number> = {};
  for (const { name, kind, file } of row.operands) {
    if (kind === 'immediate' && immediateBytes === 8) operands[name] = 0;
    else if (name === 'index') operands[name] = view.getUint8(indexAt) & 7;
    else if (name === 'scale') operands[name] = view.getUint8(indexAt) >> 4;
    else if (kind === 'immediate') operands[name] = immediateBytes === 4 ? view.getInt32(immediateAt, true) : view.getInt8(immediateAt);
    else operands[name] = (view.getUint8(registersAt) >> (name === 'to' ? 4 : 0)) & (file === 'r' ? 7 : file === 'd' ? 3 : 1);
  }
  return { row, length, operands, ...(row.isWide ? { wide: { imm: view.getBigInt64(immediateAt, true) } } : {}) };
}

class ToyCore extends BareCore {
  readonly state: StateOf<typeof toyState>;
  constructor(engine: EngineCore, buffer: SharedArrayBuffer, stateAt: number) {
    super(engine);
    this.state = bind(toyState, buffer, stateAt);
  }
  mode(): ExecutionMode {
    const { wide, control, raised } = this.state;
    const flushes = (control & (CONTROL.flushOperands | CONTROL.flushResults)) !== 0;
    const isFast = (raised & RAISED.inexact) !== 0 && control >> CONTROL.roundingShift === 0;
    const float = flushes ? FLOAT_MODE.called : isFast ? FLOAT_MODE.fast : FLOAT_MODE.exact;
    return { key: wide * FLOAT_KEYS + float, fetchBank: wide, facts: 0 };
  }
  operation(name: string): void {
    const length = decodedLength(name, this.state.wide);
    const { operand, operand2 } = this.engine.working;
    if (name === 'halt') this.state.halted = 1;
    else if (name === 'control') this.state.control = Number(operand);
    else if (name === 'assign') assigned.to(Number(operand), Number(operand2));
    else this.state.wide = Number(this.engine.working.operand & 1n);
    this.engine.modeChanged();
    this.engine.completed(name === 'halt', length);
  }
  takeTrap(): void {
    const { cause, trapValue } = this.engine.working;
    Object.assign(this.state, { trapped: cause + 1, trapValue, halted: 1 });
    this.engine.nudge();
  }
  standing(): Standing {
    return this.state.halted ? 'off' : 'executing';
  }
}
function decodedLength(name: string, wide: number): number {
  const immediate = IMMEDIATE_BYTES[wide] ?? 1;
  return name === 'mode' || name === 'control' ? 1 + immediate : name === 'assign' ? 2 + immediate : 1;
}
/** What the instruction `assign` does; a machine sets it. */
export const assigned = { to: (_page: number, _use: number): void => undefined };

/** Virtual addresses from here on are not mapped. */
export const UNMAPPED = 2 ** 36;
const CAUSES: EngineCauses = { illegal: 1, fetchAccess: 2, loadAccess: 3, storeAccess: 4, loadMisaligned: 5, storeMisaligned: 6 };

export const toy: Architecture = {
  name: 'toy',
  state: toyState,
  files: {
    r: { kind: 'integer', width: 64, count: 8 },
    v: { kind: 'vector', width: 128, count: 2 },
    w: { kind: 'vector', width: 256, count: 2 },
    d: { kind: 'double', width: 64, count: 4 },
    flags: { kind: 'integer', width: 64, count: 3, late: true },
  },
  code: { grain: 1, longest: 11, record: 32 },
  accesses: { misaligned: 'fast', unanswered: 'ones', atomics: 'anywhere' },
  modes: {
    ...{ count: 2 * FLOAT_KEYS, banks: 2, decodings: 2 },
    facets: (key) => ({
      bank: Math.floor(key / FLOAT_KEYS),
      float: (key % FLOAT_KEYS) as FloatMode,
      decoding: Math.floor(key / FLOAT_KEYS),
    }),
  },
  float: {
    ...{ rounding: 'control', flags: 'raised', operand: 'rounding', reservedAbove: 3 },
    roundingAt: { shift: CONTROL.roundingShift, bits: 2 },
    modes: [0, 2, 3, 1],
    flagBits: RAISED,
    nan: { prefers: 'first', invalidProduct: 'addend', negative: true },
    flush: { field: 'control', operands: CONTROL.flushOperands, results: CONTROL.flushResults, raises: 'underflow and inexact' },
  },
  rows: toyRows,
  cpu: (engine) => engine,
  causes: CAUSES,
  decode,
  illegalValue: (view, at) => view.getUint8(at),
  operations: ['halt', 'mode', 'assign', 'control'],
  quickOperations: {},
  quickAnswers: {},
  inlines: () => false,
  writeTranslate: (r, parts) => {
    parts.run.set(r, 'walkFlags', r.i32(WALK.readable | WALK.writable | WALK.executable));
    const address = r.parameter(0).get();
    const access = r.parameter(1).get();
    r.when(r.geU(address, r.i64(UNMAPPED)), () => {
      parts.raise(r, r.add(r.i32(CAUSES.fetchAccess), access), address);
      r.return(r.i64(-1));
    });
    r.return(address);
  },
  translateCode: (address) => address,
  privileged: (engine, buffer, stateAt) => new ToyCore(engine, buffer, stateAt),
};
