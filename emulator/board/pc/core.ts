/** A core of `pc`: how it starts, its local APIC's registers, and what it hears of the interrupt controllers. */
import { X86Core } from '../../isa/x86/privileged/x86-core.ts';
import { ApicBus } from '../../isa/x86/privileged/interrupt-messages.ts';
import { powerOn } from '../../isa/x86/privileged/reset.ts';
import type { CoreBinding, CoreBindingParts } from '../kit/core-binding.ts';
import { enter } from './boot/entry.ts';
import { LOCAL_APIC } from './memory-map.ts';
import { shutdownReport } from './shutdown-report.ts';

const APIC_BYTES = 0x1000;
/** A local APIC's registers are words, each in 16 bytes. */
const REGISTER_STEP = 16;

export function bindCore(parts: CoreBindingParts): CoreBinding {
  const { core, board, buffer, states, end } = parts;
  const { privileged } = core;
  if (!(privileged instanceof X86Core)) throw new Error('this board has x86-64 cores');
  const bus = new ApicBus({ buffer, states, signals: states.map((_, other) => board.signals(other)) });
  privileged.connect({
    cores: states.length,
    send: (message, from) => bus.send(message, from),
    endOfInterrupt: (vector) => board.endOfInterrupt(vector),
    acknowledge: () => board.acknowledgeInterrupt(),
    shutdown: (reason) =>
      end({ kind: 'failed', fault: { code: 'processor-shutdown', facts: { reason } }, log: shutdownReport(privileged) }),
  });
  const { apic } = privileged;
  board.overlay({
    window: { at: LOCAL_APIC, size: APIC_BYTES },
    target: {
      read: (offset, size) => {
        const within = offset % REGISTER_STEP;
        const word = within < 4 ? apic.read(offset - within) >>> (8 * within) : 0;
        return size === 4 ? word >>> 0 : word & (2 ** (8 * size) - 1);
      },
      write: (offset, size, value) => {
        if (size === 4 && offset % REGISTER_STEP === 0) apic.write(offset, value);
      },
    },
  });
  // Before any core runs: the first may have sent this one INIT and SIPI before it is told to begin.
  if (!parts.resumes) powerOn(privileged.state, core.core);
  return {
    begin: (start) => {
      if (core.core === 0) enter(privileged.state, start);
    },
    resume: () => privileged.restored(),
    firmwareCall: () => false,
    collectSignals: () => undefined,
  };
}
