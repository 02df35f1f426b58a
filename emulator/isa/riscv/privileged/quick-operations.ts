/** Operations that a guest repeats by the ten thousand and that mostly come to little: done without leaving generated code. */
import type { QuickOperation } from '../../architecture.ts';
import { FACTS } from './facts.ts';

export const quickOperations: Readonly<Record<string, QuickOperation>> = {
  // Stores by cores drop translated code at once; only what devices wrote needs looking for.
  fenceI: (_r, core) => ({ possible: core.codeUnchanged(), run: () => undefined }),
  ecall: (_r, core) => ({
    possible: core.answer('ecall'),
    run: () => {
      core.report();
      core.event();
    },
  }),
  sret: (_r, core) => ({ possible: core.answer('sret'), run: () => core.event() }),
  // One page of which no compiled code is in use.
  sfenceVma: (r, core, [given]) => {
    if (!given) return undefined;
    const address = r.let(given);
    const allowed = r.and(core.facts(), r.i32(FACTS.mayFence));
    const single = r.ne(address, r.i64(0));
    return { possible: r.and(r.and(single, r.eqz(core.fragmentsAt(address))), allowed), run: () => core.flushPage(address) };
  },
};
