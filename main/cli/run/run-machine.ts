/** One start of a throwaway machine: from its configuration to how it ended, with what `--stats` wants to know. */
import { keepCoreModules, startMachine } from '../../../emulator/host/index.ts';
import type { Ending, MachineConfiguration, MachineFigures, RunningMachine } from '../../../emulator/index.ts';
import { PanicWatch, type Panic } from '../../exec/panic-watch.ts';
import { openEngineCache } from '../../images/index.ts';
import { printError } from '../../output/print.ts';
import { sayForwardProblems } from './forward-problems.ts';
import { watchMilestones, type Milestones } from './milestones.ts';
import { roomWatch } from './room-watch.ts';

/** Why a run was ended from here. */
export type Interruption = 'timeout' | 'left' | 'output closed' | 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** How a machine's run went. */
export interface MachineRun {
  readonly ending: Ending;
  readonly figures: MachineFigures;
  readonly milestones: Milestones;
  readonly log: readonly string[];
  /** The guest's kernel panicked before. */
  readonly panic?: Panic;
}

export interface MachineOnHost {
  readonly machine: RunningMachine;
  /** Resolves when it has ended, or a moment after `signal`, whatever it is doing then. */
  readonly ended: Promise<MachineRun>;
}

const NOTHING: MachineFigures = { instructions: 0, compiledInstructions: 0, fragments: 0, seconds: 0, hostCpuSeconds: 0 };
/** A machine that is to end and does not is left to the end of this process, after so many milliseconds. */
const ENDING_PATIENCE = 2000;
/** What a kernel may still print about its panic, or a reboot take, in milliseconds. */
const AFTER_PANIC = 1000;

export interface RunParts {
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Whether a guest whose kernel panicked is ended, where it does not reboot by itself. */
  readonly panicEnds?: boolean;
  /** Told as soon as it runs. */
  readonly started?: (machine: RunningMachine) => void;
}

/**
 * Starts a machine.
 * @param output gets what the consoles print: 0 is the serial port, n the n-th virtio port; acknowledging is its part
 * @throws MachineError when it cannot be started
 */
export async function runMachine(
  configuration: MachineConfiguration,
  output: (console: number, bytes: Uint8Array, machine: Pick<RunningMachine, 'acknowledge'>) => void,
  { signal, panicEnds = false, started }: RunParts,
): Promise<MachineOnHost> {
  const watch = watchMilestones();
  const panicWatch = new PanicWatch();
  const log: string[] = [];
  let machine: RunningMachine | undefined;
  let figures = NOTHING;
  let panic: Panic | undefined;
  // The kit's kernel reboots after a panic; one of a person's own may stand still for ever.
  let panicTimer: NodeJS.Timeout | undefined;
  const early: [number, number][] = [];
  const acknowledge = (console: number, count: number) =>
    machine ? machine.acknowledge(console, count) : void early.push([console, count]);
  const room = roomWatch(printError);
  const ended = Promise.withResolvers<Ending>();
  keepCoreModules(openEngineCache);
  machine = await startMachine(configuration, {
    output(console, bytes) {
      if (console === 0) {
        watch.output(bytes);
        panic ??= panicWatch.output(bytes);
        if (panic && panicEnds) panicTimer ??= setTimeout(() => void machine?.stop(), AFTER_PANIC);
      }
      output(console, bytes, { acknowledge });
    },
    log: (line) => void log.push(line),
    diskTrouble: (slot, message) => room.diskTrouble(slot, message),
    ended(ending) {
      watch.end();
      ended.resolve(ending);
    },
  });
  const running = machine;
  started?.(running);
  room.watch(running);
  void sayForwardProblems(configuration, running);
  for (const [console, count] of early.splice(0)) running.acknowledge(console, count);
  // After the end the machine's memory is gone, so the figures are looked at while it runs, too.
  const look = () => {
    const now = running.figures();
    if (now.seconds >= figures.seconds) figures = now;
  };
  const looking = setInterval(look, 100).unref();
  let patience: NodeJS.Timeout | undefined;
  const stop = () => {
    void running.stop();
    patience = setTimeout(() => ended.resolve({ kind: 'stopped' }), ENDING_PATIENCE);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  const finish = (ending: Ending): MachineRun => {
    look();
    clearInterval(looking);
    clearTimeout(panicTimer);
    clearTimeout(patience);
    signal.removeEventListener('abort', stop);
    return { ending, figures, milestones: watch.milestones, log, ...(panic ? { panic } : {}) };
  };
  return { machine: running, ended: ended.promise.then(finish) };
}
