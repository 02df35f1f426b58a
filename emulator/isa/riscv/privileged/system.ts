/** The privileged operations that rows name, done in TypeScript: all are rare beside loads and branches. */
import { CAUSE } from '../cause.ts';
import type { Operation } from '../cpu.ts';
import { PRIVILEGE, STATUS } from '../state.ts';
import type { EngineCore, Standing } from '../../architecture.ts';
import type { CoreEnvironment, CoreState } from './core.ts';
import { returnFromMachine, returnFromSupervisor } from './trap.ts';

/** Bits of menvcfg and senvcfg (privileged manual, section "Machine Environment Configuration"). */
const ENVIRONMENT = { CBIE: 3n << 4n, CBCFE: 1n << 6n };

/** What system operations need of a core. */
export interface SystemCore extends CoreEnvironment {
  readonly engine: EngineCore;
  standing(): Standing;
}

const illegal = (core: SystemCore) => core.engine.raise(CAUSE.illegal, 0n);

/** Does one operation; the instruction's address is in `state.pc`, operands in `working`. */
export function systemOperation(core: SystemCore, operation: Operation): void {
  operations[operation](core);
}

const operations: Record<Operation, (core: SystemCore) => void> = {
  illegal,
  ecall: (core) => {
    const { state, engine } = core;
    if (state.privilege === PRIVILEGE.S) {
      const { pc } = state;
      state.pc = BigInt.asUintN(64, pc + 4n);
      // A hart that stopped or sleeps must leave generated code.
      if (engine.firmwareCall()) return engine.redirected(core.standing() !== 'executing');
      state.pc = pc;
    }
    engine.raise(state.privilege === PRIVILEGE.U ? CAUSE.ecallU : state.privilege === PRIVILEGE.S ? CAUSE.ecallS : CAUSE.ecallM, 0n);
  },
  ebreak: (core) => core.engine.raise(CAUSE.breakpoint, core.state.pc),
  sret: (core) => {
    if (returnFromSupervisor(core)) core.engine.redirected();
    else illegal(core);
  },
  mret: (core) => {
    if (returnFromMachine(core)) core.engine.redirected();
    else illegal(core);
  },
  wfi: (core) => {
    const { state } = core;
    if (state.privilege === PRIVILEGE.U || (state.privilege === PRIVILEGE.S && state.mstatus & STATUS.TW)) return illegal(core);
    state.waiting = 1;
    core.engine.completed(true);
  },
  fenceI: (core) => {
    core.engine.settle();
    core.engine.completed();
  },
  sfenceVma: (core) => {
    const { working } = core.engine;
    if (!mayFence(core.state)) return illegal(core);
    // x0 and a register holding 0 look alike here; treating both as "all" only drops more than asked.
    const keepGlobal = working.operand2 !== 0n;
    core.flush(working.operand === 0n ? { keepGlobal } : { address: working.operand, keepGlobal });
    core.engine.completed();
  },
  fenceInvalidation: (core) => {
    if (core.state.privilege === PRIVILEGE.U) return illegal(core);
    core.engine.completed();
  },
  cacheBlock: (core) => {
    const { working } = core.engine;
    const inval = working.operand2 === 0n;
    if (!permitted(core, inval ? ENVIRONMENT.CBIE : ENVIRONMENT.CBCFE)) return illegal(core);
    // Nothing to manage, but the address must be one that may be loaded from (or stored to).
    if (core.engine.probe(BigInt.asIntN(64, working.operand))) return core.engine.completed();
    if (working.cause === CAUSE.loadPage) working.cause = CAUSE.storePage;
    if (working.cause === CAUSE.loadAccess) working.cause = CAUSE.storeAccess;
  },
};

/** Whether SFENCE.VMA is legal now. */
export const mayFence = (state: CoreState): boolean =>
  state.privilege === PRIVILEGE.M || (state.privilege === PRIVILEGE.S && (state.mstatus & STATUS.TVM) === 0n);

/** Cache-block instructions are enabled for S by menvcfg and for U by senvcfg as well. */
const permitted = ({ state }: SystemCore, bits: bigint) =>
  state.privilege === PRIVILEGE.M ||
  ((state.menvcfg & bits) !== 0n && (state.privilege === PRIVILEGE.S || (state.senvcfg & bits) !== 0n));
