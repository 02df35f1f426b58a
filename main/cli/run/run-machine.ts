/**
 * Runs one machine on this terminal until it ends, and says how it ended. Prints the console's bytes and nothing else
 * on standard output.
 */
import { startMachine } from '../../../emulator/host/index.ts';
import { STATUS_PORT, type Ending, type MachineConfiguration, type MachineFigures, type RunningMachine } from '../../../emulator/index.ts';
import { standardOutput } from '../../output/print.ts';
import { attachTerminal } from '../terminal.ts';
import { watchMilestones, type Milestones } from './milestones.ts';

export interface RunResult {
  readonly ending: Ending;
  /** Why the run was ended from here. */
  readonly interrupted?: 'timeout' | 'left' | 'signal' | 'output closed';
  /** What the command's exit status was, where the guest reported one. */
  readonly status?: number;
  readonly figures: MachineFigures;
  readonly milestones: Milestones;
  readonly log: readonly string[];
}

export interface RunOptions {
  /** Ends the run; its reason is a `RunResult['interrupted']`. */
  readonly signal: AbortSignal;
  readonly interrupt: (why: NonNullable<RunResult['interrupted']>) => void;
}

const NOTHING: MachineFigures = { instructions: 0, compiledInstructions: 0, fragments: 0, seconds: 0, hostCpuSeconds: 0 };
/** A status is a few digits; a guest that writes more to the port means something else. */
const LONGEST_STATUS = 32;

/** Collects the status port's bytes until the newline. */
function statusReader() {
  let text = '';
  return {
    take: (bytes: Uint8Array) => void (text = (text + new TextDecoder('latin1').decode(bytes)).slice(0, LONGEST_STATUS)),
    status: () => {
      const [, digits] = /^(\d{1,3})\n/.exec(text) ?? [];
      return digits === undefined ? undefined : Number(digits);
    },
  };
}

/**
 * Starts the machine and resolves when it has ended.
 * @throws MachineError when it cannot be started
 */
export async function runMachine(configuration: MachineConfiguration, { signal, interrupt }: RunOptions): Promise<RunResult> {
  const watch = watchMilestones();
  const status = statusReader();
  // Console 0 is the serial port; port n of the list is console n + 1.
  const statusConsole = configuration.ports.indexOf(STATUS_PORT) + 1;
  const log: string[] = [];
  let machine: RunningMachine | undefined;
  let figures = NOTHING;
  const unacknowledged: [number, number][] = [];
  const acknowledge = (console: number, count: number) =>
    machine ? machine.acknowledge(console, count) : void unacknowledged.push([console, count]);

  const ended = Promise.withResolvers<Ending>();
  machine = await startMachine(configuration, {
    output(console, bytes) {
      if (console === 0) {
        watch.output(bytes);
        standardOutput()
          .write(bytes)
          .then(
            () => acknowledge(0, bytes.length),
            () => interrupt('output closed'),
          );
        return;
      }
      if (console === statusConsole) status.take(bytes);
      acknowledge(console, bytes.length);
    },
    log: (line) => void log.push(line),
    ended(ending) {
      watch.end();
      ended.resolve(ending);
    },
  });
  for (const [console, count] of unacknowledged.splice(0)) machine.acknowledge(console, count);
  const running = machine;
  // After the end the machine's memory is gone, so the figures are looked at while it runs, too.
  const look = () => {
    const now = running.figures();
    if (now.seconds >= figures.seconds) figures = now;
  };
  const looking = setInterval(look, 100).unref();
  const stop = () => void running.stop();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  // What is typed or piped in before the guest listens waits in the serial port.
  const detach = attachTerminal({
    input: (bytes) => running.write(0, bytes),
    leave: () => interrupt('left'),
    resize: (columns, rows) => running.resize(0, columns, rows),
  });
  try {
    const ending = await ended.promise;
    look();
    const code = status.status();
    return {
      ending,
      ...(signal.aborted ? { interrupted: signal.reason as NonNullable<RunResult['interrupted']> } : {}),
      ...(code === undefined ? {} : { status: code }),
      figures,
      milestones: watch.milestones,
      log,
    };
  } finally {
    clearInterval(looking);
    signal.removeEventListener('abort', stop);
    detach();
  }
}
