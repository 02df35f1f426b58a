/**
 * How the threads of a machine end, in whatever state they are: they are told to, and each ends by itself when nothing is
 * under way in it any more. None in which native code of an add-on may run is ever ended from outside.
 */
import type { Fault } from '../error/coded-error.ts';
import { MachineError } from '../error/machine-error.ts';
import type { MachineControl } from '../machine/control.ts';
import type { MachineThread } from './machine-thread.ts';
import type { CompilerSetup, CoreSetup, FromCore, FromIo, LoadAhead, ToCore, ToIo, WorkerSetup } from './messages.ts';
import { within } from './patience.ts';

/** The threads there are; fewer while a machine is still starting. */
export interface Threads {
  readonly io: MachineThread<WorkerSetup | LoadAhead | ToIo, FromIo>;
  readonly compiler: MachineThread<CompilerSetup, never> | undefined;
  readonly cores: readonly MachineThread<CoreSetup | ToCore, FromCore>[];
}

/** What the I/O thread has said of its end so far. */
export interface Closing {
  /** It has begun: it is alive. */
  readonly begun: Promise<void>;
  /** The last output has been handed over, the disks are closed. */
  readonly closed: Promise<void>;
}

/** How long cores may take to leave their loop. */
const SETTLING_MS = 1_000;
/** How long threads may take to go once nothing is under way in them: on a busy host tearing one down takes a while. */
const LEAVING_MS = 5_000;
/** A thread whose event loop goes round answers at once; one that has not by then hangs in something. */
const ANSWERING_MS = 5_000;
/** How long writing out what the disks hold may take, on the slowest medium; and closing disks that were just being opened. */
const CLOSING_MS = { started: 60_000, starting: 10_000 } as const;

export interface EndOfThreads {
  /** Why the I/O thread was left alone; undefined where all has ended. */
  readonly fenced: Fault | undefined;
}

/**
 * Ends them; a core that does not leave its loop is ended from outside, as it runs WebAssembly and JavaScript only.
 * @param started whether the guest ran
 */
export async function endThreads(threads: Threads, control: MachineControl, closing: Closing, started: boolean): Promise<EndOfThreads> {
  const { io, compiler, cores } = threads;
  control.stop();
  // The last output is complete when the cores stand still.
  const limit = performance.now() + SETTLING_MS;
  if (started) await control.allParked(() => performance.now() > limit);
  const engine = Promise.all([compiler, ...cores].filter((thread) => thread !== undefined).map(endOrKill));
  io.post({ kind: 'close' });
  const fenced = await faultIn(io.gone, closing, CLOSING_MS[started ? 'started' : 'starting']);
  if (fenced !== undefined || !(await within(LEAVING_MS, io.gone))) io.abandon();
  await engine;
  return { fenced };
}

async function endOrKill(thread: Threads['cores'][number] | NonNullable<Threads['compiler']>): Promise<void> {
  if (!(await thread.end(LEAVING_MS))) await thread.kill();
}

async function faultIn(gone: Promise<void>, { begun, closed }: Closing, patienceMs: number): Promise<Fault | undefined> {
  if (!(await within(ANSWERING_MS, Promise.race([begun, gone])))) return new MachineError('ending-io-silent');
  if (await within(patienceMs, Promise.race([closed, gone]))) return undefined;
  return new MachineError('ending-disks-open', { seconds: patienceMs / 1000 });
}
