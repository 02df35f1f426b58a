/** The privileged operations that rows name, done in TypeScript: all are rare beside loads and branches. */
import { CAUSE, type SystemOperation } from '../../isa/riscv/cpu.ts';
import { returnFromMachine, returnFromSupervisor } from '../../isa/riscv/privileged/trap.ts';
import { PRIVILEGE, STATUS } from '../../isa/riscv/state.ts';
import { EVENT } from '../layout.ts';
import type { Core } from './core.ts';

/** Bits of menvcfg and senvcfg (privileged manual, section "Machine Environment Configuration"). */
const ENVIRONMENT = { CBIE: 3n << 4n, CBCFE: 1n << 6n, CBZE: 1n << 7n };
const BLOCK = 64;
const LOAD = 1;

const illegal = (core: Core) => core.raise(CAUSE.illegal, 0n);

/** Does one operation; the instruction's address is in `state.pc`, operands in `working`. */
export function systemOperation(core: Core, operation: SystemOperation): void {
  operations[operation](core);
}

const operations: Record<SystemOperation, (core: Core) => void> = {
  illegal,
  ecall: (core) => {
    const { state, surroundings } = core;
    if (state.privilege === PRIVILEGE.S) {
      const { pc } = state;
      core.completed();
      // A hart that stopped or sleeps must leave generated code.
      if (surroundings.sbi()) return void (core.working.event = state.hartState || state.waiting ? EVENT.leave : EVENT.refetch);
      state.pc = pc;
    }
    core.raise(state.privilege === PRIVILEGE.U ? CAUSE.ecallU : state.privilege === PRIVILEGE.S ? CAUSE.ecallS : CAUSE.ecallM, 0n);
  },
  ebreak: (core) => core.raise(CAUSE.breakpoint, core.state.pc),
  sret: (core) => {
    if (returnFromSupervisor(core)) core.working.event = EVENT.refetch;
    else illegal(core);
  },
  mret: (core) => {
    if (returnFromMachine(core)) core.working.event = EVENT.refetch;
    else illegal(core);
  },
  wfi: (core) => {
    const { state } = core;
    if (state.privilege === PRIVILEGE.U || (state.privilege === PRIVILEGE.S && state.mstatus & STATUS.TW)) return illegal(core);
    state.waiting = 1;
    core.completed(EVENT.leave);
  },
  fenceI: (core) => {
    core.dropStaleCode();
    core.completed();
  },
  sfenceVma: (core) => {
    const { working } = core;
    if (!mayFence(core)) return illegal(core);
    // x0 and a register holding 0 look alike here; treating both as "all" only drops more than asked.
    const keepGlobal = working.operand2 !== 0n;
    core.flush(working.operand === 0n ? { keepGlobal } : { address: working.operand, keepGlobal });
    core.completed();
  },
  fenceInvalidation: (core) => {
    if (core.state.privilege === PRIVILEGE.U) return illegal(core);
    core.completed();
  },
  cacheBlock: (core) => {
    const { working } = core;
    const inval = working.operand2 === 0n;
    if (!permitted(core, inval ? ENVIRONMENT.CBIE : ENVIRONMENT.CBCFE)) return illegal(core);
    // Nothing to manage, but the address must be one that may be loaded from (or stored to).
    core.exports.translate(BigInt.asIntN(64, working.operand), LOAD);
    if (working.event === EVENT.trap) {
      if (working.cause === CAUSE.loadPage) working.cause = CAUSE.storePage;
      if (working.cause === CAUSE.loadAccess) working.cause = CAUSE.storeAccess;
      return;
    }
    core.completed();
  },
  cacheBlockZero: (core) => {
    const { working } = core;
    if (!permitted(core, ENVIRONMENT.CBZE)) return illegal(core);
    if (core.zero(BigInt.asIntN(64, working.operand & ~BigInt(BLOCK - 1)), BLOCK)) core.completed();
  },
};

const mayFence = ({ state }: Core) =>
  state.privilege === PRIVILEGE.M || (state.privilege === PRIVILEGE.S && (state.mstatus & STATUS.TVM) === 0n);

/** Cache-block instructions are enabled for S by menvcfg and for U by senvcfg as well. */
const permitted = ({ state }: Core, bits: bigint) =>
  state.privilege === PRIVILEGE.M ||
  ((state.menvcfg & bits) !== 0n && (state.privilege === PRIVILEGE.S || (state.senvcfg & bits) !== 0n));
