/** A machine whose console is this terminal, across the reboots of its guest. */
import type { MachineConfiguration, RunningMachine } from '../../../emulator/index.ts';
import { standardOutput } from '../../output/print.ts';
import { attachTerminal } from '../terminal.ts';
import { runMachine, type Interruption, type MachineRun } from './run-machine.ts';

export interface ConsoleRunOptions {
  readonly signal: AbortSignal;
  readonly interrupt: (why: Interruption) => void;
  /** Whether a reboot starts the machine again; otherwise it is the end. */
  readonly restarts: boolean;
}

/**
 * Runs it to its end. Prints the console's bytes and nothing else on standard output.
 * @throws MachineError when it cannot be started
 */
export async function runOnConsole(configuration: MachineConfiguration, options: ConsoleRunOptions): Promise<MachineRun> {
  const { signal, interrupt } = options;
  // What is typed or piped in between two starts is the next one's; before the guest listens it waits in the serial port.
  let machine: RunningMachine | undefined;
  const waiting: Uint8Array[] = [];
  const output = (console: number, bytes: Uint8Array, { acknowledge }: Pick<RunningMachine, 'acknowledge'>) => {
    if (console !== 0) return acknowledge(console, bytes.length);
    standardOutput()
      .write(bytes)
      .then(
        () => acknowledge(0, bytes.length),
        () => interrupt('output closed'),
      );
  };
  const started = await runMachine(configuration, output, signal);
  machine = started.machine;
  const terminal = attachTerminal({
    input: (bytes) => (machine ? machine.write(0, bytes) : void waiting.push(bytes)),
    leave: () => interrupt('left'),
    resize: (columns, rows) => machine?.resize(0, columns, rows),
  });
  try {
    let run = await started.ended;
    while (run.ending.kind === 'reboot' && options.restarts && !signal.aborted) {
      machine = undefined;
      const again = await runMachine(configuration, output, signal);
      machine = again.machine;
      for (const bytes of waiting.splice(0)) machine.write(0, bytes);
      run = await again.ended;
    }
    return run;
  } finally {
    terminal.detach();
  }
}
