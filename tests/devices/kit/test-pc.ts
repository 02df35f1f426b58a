/** A PC's board with cores whose local APICs take messages: what reaches them, and its ports. */
import { coreState } from '../../../emulator/isa/x86/state.ts';
import { powerOn } from '../../../emulator/isa/x86/privileged/reset.ts';
import { bind, type StateOf } from '../../../emulator/snapshot/schema.ts';
import type { BoardConfiguration } from '../../../emulator/board/kit/plan.ts';
import { testBoard } from './test-board.ts';

const APIC_ENABLED = 0x1ff;

export function testPc(configuration: Partial<BoardConfiguration> = {}) {
  const test = testBoard({ board: 'pc', ...configuration });
  const { board } = test;
  const cores = test.states.map((at): StateOf<typeof coreState> => bind(coreState, test.buffer, at));
  cores.forEach((state, core) => {
    powerOn(state, core);
    state.apicSpurious = APIC_ENABLED;
  });
  return {
    ...test,
    cores,
    out: (port: number, ...values: number[]) => values.forEach((value) => board.ports.write(port, 1, value)),
    in: (port: number) => board.ports.read(port, 1),
    /** Vectors that a core's local APIC has been asked for and not begun, taken away. */
    requested(core = 0): number[] {
      const { apicIrr } = cores[core] as StateOf<typeof coreState>;
      const vectors = Array.from({ length: 256 }, (_, vector) => vector).filter(
        (vector) => ((apicIrr[vector >> 5] as number) >>> (vector & 31)) & 1,
      );
      apicIrr.fill(0);
      return vectors;
    },
    /** Lets so many nanoseconds pass, with the boot core coming by at the end. */
    pass(nanoseconds: number): void {
      test.clock.now += nanoseconds / 100;
      board.timer(0);
    },
    /** Whether the boot core's INTR pin is high. */
    intr: () => (board.signals(0).lines & 1) !== 0,
  };
}
