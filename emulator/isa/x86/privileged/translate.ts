/**
 * Address translation as generated code: the walks of 32-bit, PAE, 4-level and 5-level paging (SDM, volume 3A, chapter 4). It runs at
 * every miss of the lookaside buffer, so it is WebAssembly and not TypeScript.
 */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Callable, Routine } from '../../../engine/wasm/routine.ts';
import { ACCESS, WALK } from '../../architecture.ts';
import { CR0, CR4, EFER } from '../state.ts';
import { causeOf, PAGE_FAULT, VECTOR } from './fault.ts';
import { PTE } from './page-entry.ts';
import { has, type Walk } from './page-walk.ts';
import { walk32 } from './walk32.ts';
import { walk64 } from './walk64.ts';

/** Writes the body of `translate(address i64, access i32) -> i64`: the physical address, or -1 with an event set. */
export function writeTranslate(r: Routine, core: CoreParts, self: Callable): void {
  const { state, run } = core;
  const address = r.parameter(0).get();
  const access = r.parameter(1).get();
  const cr0 = r.let(state.get('cr0'));
  r.when(r.eqz(r.and(cr0, r.i32(CR0.PG))), () => {
    run.set(r, 'walkFlags', r.i32(WALK.readable | WALK.writable | WALK.executable));
    r.return(r.zero32(address));
  });
  const cr4 = r.let(state.get('cr4'));
  const efer = r.let(state.get('efer'));
  const fetch = r.let(r.eqz(access));
  const write = r.let(r.eq(access, r.i32(ACCESS.store)));
  const user = r.let(r.and(r.eq(state.get('cpl'), r.i32(3)), r.eqz(state.get('implicitSupervisor'))));
  const fail = (bits: number) => {
    const tellsFetch = r.and(fetch, r.or(has(r, efer, EFER.NXE), has(r, cr4, CR4.SMEP)));
    const flag = (condition: Expression, bit: number) => r.select(condition, r.i32(bit), r.i32(0));
    const rest = r.or(r.or(flag(write, PAGE_FAULT.write), flag(user, PAGE_FAULT.user)), flag(tellsFetch, PAGE_FAULT.fetch));
    core.raise(r, r.or(r.shl(r.or(rest, r.i32(bits)), r.i32(16)), r.i32(VECTOR.PF)), address);
    r.return(r.i64(-1));
  };
  const restart = () => r.returnCall(self, address, access);
  const walk: Walk = { core, address, access, fetch, write, user, cr0, cr4, efer, fail, restart };

  const five = r.let(has(r, cr4, CR4.LA57));
  const level = r.variable(r.add(r.i32(3), five));
  const table = r.variable(r.and(state.get('cr3'), r.i64(PTE.address)));
  r.when(
    has(r, efer, EFER.LMA),
    () => {
      const unused = r.let(r.select(five, r.i64(7), r.i64(16)));
      r.when(r.ne(r.shrS(r.shl(address, unused), unused), address), () => {
        core.raise(r, r.i32(causeOf(VECTOR.GP)), address);
        r.return(r.i64(-1));
      });
    },
    () => {
      r.when(r.eqz(r.and(cr4, r.i32(CR4.PAE))), () => walk32(r, walk));
      const index = r.and(r.wrap(r.shrU(address, r.i64(30))), r.i32(3));
      const pdpte = r.let(r.load('i64', 8, r.shl(index, r.i32(3)), state.address('pdpte')));
      r.when(r.eqz(r.and(r.wrap(pdpte), r.i32(PTE.P))), () => fail(0));
      level.set(r.i32(1));
      table.set(r.and(pdpte, r.i64(PTE.address)));
    },
  );
  walk64(r, walk, level, table);
}
