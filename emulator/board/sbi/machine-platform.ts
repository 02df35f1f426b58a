/** What the built-in SBI does to this machine: timers, other cores' states, memory, console, power. */
import type { RiscvCore } from '../../isa/riscv/privileged/riscv-core.ts';
import type { CoreState } from '../../isa/riscv/privileged/core.ts';
import { coreState, HART, PRIVILEGE, STATUS } from '../../isa/riscv/state.ts';
import { FENCE } from '../../memory/shootdown.ts';
import { bind } from '../../snapshot/schema.ts';
import type { BoundEngineCore, CoreBindingParts } from '../kit/core-binding.ts';
import type { FenceKind, HartState, SbiHart, SbiPlatform } from './platform.ts';

/** The supervisor's software interrupt in `mip`: the line on which an IPI of the SBI comes. */
export const SSIP = 1 << 1;

const hartStates: Readonly<Record<number, HartState>> = {
  [HART.started]: 'started',
  [HART.stopped]: 'stopped',
  [HART.suspended]: 'suspended',
};

/** A hart's registers for the SBI. */
export const sbiHart = (core: RiscvCore): SbiHart => ({
  id: core.hartId,
  x: (index) => core.state.x[index] as bigint,
  setX: (index, value) => {
    core.state.x[index] = value;
  },
});

/** The privileged state that M-mode firmware would have set up before starting a supervisor. */
export function prepareSupervisor(state: CoreState, pc: bigint, hartId: number, opaque: bigint): void {
  state.privilege = PRIVILEGE.S;
  state.medeleg = 0xb1ffn;
  state.mideleg = 0x222n;
  state.mcounteren = 7n;
  // As OpenSBI does: Linux without an SBI PMU leaves it alone, and its vDSO reads `time` from user mode.
  state.scounteren = 7n;
  // CBZE, CBCFE, CBIE (as flush) and STCE.
  state.menvcfg = (1n << 63n) | 0xd0n;
  state.mstatus &= ~(STATUS.SIE | STATUS.MPRV);
  state.satp = 0n;
  state.x[10] = BigInt(hartId);
  state.x[11] = opaque;
  state.pc = pc;
  state.waiting = 0;
  state.hartState = HART.started;
}

export function sbiPlatform({ core, board, memory, buffer, states: places, shootdown, end }: CoreBindingParts): SbiPlatform {
  const states = places.map((at) => bind(coreState, buffer, at));
  const state = (hart: number) => states[hart] as CoreState;
  return {
    hartCount: places.length,
    setTimer: (hart, deadline) => {
      state(hart).stimecmp = deadline;
      board.signals(hart).nudge();
    },
    sendIpi: (hart) => {
      board.signals(hart).raise(SSIP);
    },
    remoteFence: (harts, kind, start, size, asid) => {
      void asid; // translations are not kept by address space
      const answer = () => core.answer();
      for (const hart of harts) {
        if (hart === core.core) fenceHere(core, kind, start, size);
        else if (kind === 'instruction') shootdown.fenceCode(hart, answer);
        else shootdown.fence(hart, kind === 'addressSpace' ? FENCE.local : FENCE.all, answer);
      }
    },
    startHart: (hart, pc, opaque) => {
      if (state(hart).hartState !== HART.stopped) return 'already';
      if (memory.offset(Number(pc), 2) < 0) return 'invalidAddress';
      prepareSupervisor(state(hart), pc, hart, opaque);
      board.signals(hart).nudge();
      return 'started';
    },
    stopHart: (hart) => {
      state(hart).hartState = HART.stopped;
      board.signals(hart).nudge();
    },
    hartState: (hart) => hartStates[state(hart).hartState] as HartState,
    suspendHart: (hart, resume) => {
      // A retentive suspend goes on behind the call, a non-retentive one starts over at the given place; both when an
      // interrupt is pending.
      if (resume) {
        prepareSupervisor(state(hart), resume.pc, hart, resume.opaque);
        core.flush({ keepGlobal: false });
      }
      state(hart).hartState = HART.suspended;
      core.modeChanged();
      board.signals(hart).nudge();
    },
    readMemory: (address, length) => memory.bytes(address, length),
    writeMemory: (address, bytes) => {
      const target = memory.bytes(address, bytes.length);
      if (target) memory.prepare(address, bytes.length);
      target?.set(bytes);
      if (target) memory.written(address, bytes.length);
      return target !== undefined;
    },
    consoleWrite: (bytes) => board.firmwareConsole.print(bytes),
    consoleRead: () => board.firmwareConsole.take(),
    reset: (kind, failed) => end(kind === 'shutdown' ? { kind: 'poweroff', code: failed ? 1 : 0 } : { kind: 'reboot' }),
  };
}

function fenceHere(core: BoundEngineCore, kind: FenceKind, start: bigint, size: bigint): void {
  if (kind === 'instruction') return core.settle();
  // One page is worth dropping singly; a range of many costs less dropped whole.
  const onePage = size > 0n && size <= 4096n;
  const keepGlobal = kind === 'addressSpace';
  core.flush(onePage ? { address: start, keepGlobal } : { keepGlobal });
}
