/** Floating-point exceptions that MXCSR does not mask (SDM, volume 1, section 11.5): nothing may have changed when they are raised. */
import type { EngineCpu } from '../cpu.ts';

/**
 * While an exception is not masked, the flags of earlier instructions wait in a field of their own, so that what `sseFlags` has
 * is this instruction's. A fault in between joins them again (`joinFlags` in privileged/float-save.ts).
 */
export function floatWords(cpu: EngineCpu, raise: () => void) {
  const unmasked = () => cpu.field('sseUnmasked');
  let held = false;
  const own = {
    /** Before a row with floating-point arithmetic, and after it. */
    withFloat: (body: () => void) => {
      if (!cpu.float.anyMode) return body();
      cpu.when(unmasked(), () => {
        cpu.setField('sseHeld', cpu.or(cpu.field('sseHeld'), cpu.field('sseFlags')));
        cpu.setField('sseFlags', cpu.i32(0));
      });
      body();
      cpu.when(unmasked(), () => {
        cpu.setField('sseFlags', cpu.or(cpu.field('sseHeld'), cpu.field('sseFlags')));
        cpu.setField('sseHeld', cpu.i32(0));
      });
    },
    /** All is computed and nothing written: raises the exception that is due. */
    checkFloat: () => {
      if (held || !cpu.float.anyMode) return;
      cpu.when(cpu.and(unmasked(), cpu.field('sseFlags')), raise);
    },
    /** The same between the stages of an instruction that rounds more than once: the flags so far are due in any case. */
    stageFloat: () => {
      if (!cpu.float.anyMode) return;
      own.checkFloat();
      cpu.when(unmasked(), () => {
        cpu.setField('sseHeld', cpu.or(cpu.field('sseHeld'), cpu.field('sseFlags')));
        cpu.setField('sseFlags', cpu.i32(0));
      });
    },
    /** Leaves the check to whoever calls this, for parts of an instruction. */
    unchecked: (body: () => void) => {
      const before = held;
      held = true;
      body();
      held = before;
    },
  };
  return own;
}
