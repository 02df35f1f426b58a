/** A core of `riscv64-virt`: how it starts in M-mode or under the built-in SBI, and IPIs of the latter. */
import { RiscvCore } from '../../isa/riscv/privileged/riscv-core.ts';
import { HART } from '../../isa/riscv/state.ts';
import type { CoreBinding, CoreBindingParts } from '../kit/core-binding.ts';
import { prepareSupervisor, sbiHart, sbiPlatform, SSIP } from '../sbi/machine-platform.ts';
import { createSbi, type Sbi } from '../sbi/sbi.ts';

/** Registers a0 and following. */
const ARGUMENTS = 10;

export function bindCore(parts: CoreBindingParts): CoreBinding {
  const { core, board } = parts;
  const { privileged } = core;
  if (!(privileged instanceof RiscvCore)) throw new Error('this board has RISC-V cores');
  const { state } = privileged;
  const signals = board.signals(core.core);
  const hart = sbiHart(privileged);
  let sbi: Sbi | undefined;
  // Before any core runs: the first may start the others before these have begun.
  if (!parts.resumes && core.core !== 0) state.hartState = HART.stopped;
  const useSbi = () => {
    sbi = createSbi(sbiPlatform(parts));
  };
  return {
    begin: ({ builtInFirmware, pc, arguments: given }) => {
      if (builtInFirmware) {
        useSbi();
        // The kernel starts the other harts by SBI HSM, and may have done so already.
        if (core.core === 0) prepareSupervisor(state, pc, core.core, given[1] ?? 0n);
        return;
      }
      state.pc = pc;
      given.forEach((value, index) => {
        state.x[ARGUMENTS + index] = value;
      });
      state.x[ARGUMENTS] = BigInt(core.core);
      state.hartState = HART.started;
    },
    resume: (builtInFirmware) => {
      if (builtInFirmware) useSbi();
      privileged.protectionChanged();
    },
    firmwareCall: () => {
      sbi?.call(hart);
      return sbi !== undefined;
    },
    // An IPI of the built-in SBI comes on a line but must be clearable by the guest: it moves to mip.
    collectSignals: () => {
      if ((signals.lines & SSIP) === 0) return;
      signals.lower(SSIP);
      state.mip |= BigInt(SSIP);
    },
  };
}
