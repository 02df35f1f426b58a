/** The words of the RISC-V rows, made of what the engines can do. */
import { type EngineCpu, extendCpu, type Register, type Width } from '../cpu.ts';
import type { Value } from '../value.ts';

export type { IntegerKind, Register, Width } from '../cpu.ts';

/** What the privileged half does for a row that names it; each ends the fragment. `csr` is asked, see `askCsr`. */
export const OPERATIONS = [
  'illegal',
  'ecall',
  'ebreak',
  'mret',
  'sret',
  'wfi',
  'fenceI',
  'sfenceVma',
  'fenceInvalidation',
  'cacheBlock',
  'csr',
] as const;
export type Operation = Exclude<(typeof OPERATIONS)[number], 'csr'>;

export const CSR_KINDS = ['write', 'set', 'clear'] as const;
export type CsrKind = (typeof CSR_KINDS)[number];
/** What a CSR access is asked with: the register's number, its kind from bit 12, and whether it writes at bit 14. */
export const CSR_ASKED = { number: 0xfff, kind: 12, writes: 14 } as const;

const CANONICAL_NAN_F32 = 0x7fc00000;
const BOX = 0xffff_ffff_0000_0000n;
/** Fields of FENCE's predecessor and successor sets that hold writes and reads, of memory and of devices. */
const WRITES = 1 | 4;
const READS = 2 | 8;

function words(cpu: EngineCpu) {
  return {
    /** Integer register, i64; x0 reads 0 and ignores writes. */
    x: (r: Register) => cpu.get(r),
    setX: (r: Register, value: Value) => cpu.set(r, value),
    /** The 64 raw bits of a floating-point register. */
    f: (r: Register) => cpu.get(r),
    setF: (r: Register, bits: Value) => cpu.set(r, bits),
    /** As f64 / as f32: an f32 that is not NaN-boxed reads as the canonical NaN; writing boxes. */
    d: (r: Register) => cpu.getDouble(r),
    setD: (r: Register, value: Value) => cpu.setDouble(r, value),
    s: (r: Register) => {
      const bits = cpu.let(cpu.get(r));
      return cpu.reinterpret('f32', cpu.select(cpu.geU(bits, cpu.i64(BOX)), cpu.wrap(bits), cpu.i32(CANONICAL_NAN_F32)));
    },
    setS: (r: Register, value: Value) => cpu.set(r, cpu.or(cpu.extendU(cpu.reinterpret('i32', value)), cpu.i64(BOX))),

    /** Goes to pc + offset, writing the return address to rd (the direct call). */
    jumpAndLink: (rd: Register, offset: Value) => {
      cpu.set(rd, cpu.nextPc());
      cpu.jumpBy(offset);
    },
    /** Goes to an address computed at run time, writing the return address to rd. */
    jumpToAndLink: (rd: Register, address: Value) => {
      const target = cpu.let(address);
      cpu.set(rd, cpu.nextPc());
      cpu.jumpTo(target);
    },
    loadReserved: (at: Value, width: Width & (4 | 8)) => {
      const address = cpu.let(at);
      const value = cpu.let(cpu.atomicPlace(address, width, 'load').load());
      cpu.setField('reserved', cpu.i32(1));
      cpu.setField('reservedAddress', address);
      cpu.setField('reservedValue', value);
      return value;
    },
    /** Stores if the reservation holds; 0 on success, 1 on failure (i64). */
    storeConditional: (at: Value, width: Width & (4 | 8), value: Value) => {
      const address = cpu.let(at);
      const stored = cpu.let(value);
      const place = cpu.atomicPlace(address, width, 'store');
      const failed = cpu.variable(cpu.i64(1));
      cpu.when(cpu.and(cpu.field('reserved'), cpu.eq(cpu.field('reservedAddress'), address)), () => {
        const expected = cpu.let(cpu.field('reservedValue'));
        failed.set(cpu.extendU(cpu.ne(place.compareExchange(expected, stored), expected)));
      });
      cpu.setField('reserved', cpu.i32(0));
      return failed.get();
    },
    /** Orders memory accesses: those in `pred` before those in `succ`, as bits I O R W from the top (both i32). */
    order: (pred: Value, succ: Value) => {
      const bits = (value: Value) => Number(value.constant ?? WRITES | READS);
      cpu.orderMemory((bits(pred) & WRITES) !== 0 && (bits(succ) & READS) !== 0);
    },

    /** Something the privileged part does: traps, returns, fences of translation, WFI. */
    system: (operation: Operation, ...operands: Value[]) => cpu.operation(operation, ...operands),
    /**
     * Reads a CSR into rd and writes, sets or clears bits of it by the source: a register, or an immediate (i64). With
     * `set` and `clear`, x0 or 0 as source means that nothing is written (unprivileged manual, chapter "Zicsr").
     */
    csr: (kind: CsrKind, number: Value, rd: Register, source: Register | Value) => {
      const fromRegister = 'file' in source;
      const writes =
        kind === 'write' ? cpu.i32(1) : fromRegister ? cpu.eqz(cpu.isZero(source)) : cpu.ne(source, cpu.i64(0));
      const how = cpu.or(cpu.i32(CSR_KINDS.indexOf(kind) << CSR_ASKED.kind), cpu.shl(writes, cpu.i32(CSR_ASKED.writes)));
      cpu.ask('csr', cpu.or(number, how), fromRegister ? cpu.get(source) : source, (old) => cpu.set(rd, old));
    },
  };
}

/** What a RISC-V row may do. */
export type Cpu = EngineCpu & ReturnType<typeof words>;
export const riscvCpu = (engine: EngineCpu): Cpu => extendCpu(engine, words);
