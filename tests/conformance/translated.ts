/** Programs of a supervisor that run with tables of their own. */
import { RAM_BASE, type TestCore } from '../kit/engine.ts';
import { CAUSE, DATA, enter, type Outcome, runBody } from './bare-program.ts';
import { PageTables, PTE, type Scheme, SUPERVISOR } from './page-tables.ts';

/** The program and its log, as the supervisor sees them: where they are. */
export const IDENTITY = BigInt(RAM_BASE);
/** The same for user mode, this much higher. */
export const USER_OFFSET = 0x4000_0000n;
/** Virtual pages under test. */
export const A = 0x1000_0000n;
export const B = A + 0x1000n;
export const PAGE_A = BigInt(DATA);
export const PAGE_B = BigInt(DATA) + 0x3000n;

/** Runs a supervisor's code with tables in which the program itself is mapped by gigapages. */
export function translated(core: TestCore, body: string, tables: (tables: PageTables) => void, scheme: Scheme = 'Sv39'): Outcome {
  return runBody(core, body, () => {
    const made = new PageTables(core, scheme);
    made.map(IDENTITY, IDENTITY, SUPERVISOR, 2);
    made.map(IDENTITY + USER_OFFSET, IDENTITY, SUPERVISOR | PTE.U, 2);
    tables(made);
    core.state.satp = made.satp();
  });
}
/** A body that enters S-mode at `code`, which ends with an ECALL. */
export const supervised = (code: string, before = '') => `
${before}
${enter('S', 'supervisor')}
supervisor:
${code}
called: ecall
back:
  j next`;
/** What the log says of that ECALL. */
export const ended = (at: (label: string) => bigint) => [CAUSE.ecallS, 0n, at('called')];
