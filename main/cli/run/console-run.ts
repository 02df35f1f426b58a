/** A machine whose console is this terminal, across the reboots of its guest. */
import { EXEC_PORT, type MachineConfiguration, type RunningMachine } from '../../../emulator/index.ts';
import { GuestAgent } from '../../exec/guest-agent.ts';
import type { TerminalSize } from '../../../preload/contract/commands.ts';
import { standardOutput } from '../../output/print.ts';
import { pacedInput } from '../paced-input.ts';
import { attachTerminal, type AttachedTerminal } from '../terminal.ts';
import { runMachine, type Interruption, type MachineRun } from './run-machine.ts';

export interface ConsoleRunOptions {
  readonly signal: AbortSignal;
  readonly interrupt: (why: Interruption) => void;
  /** Whether a reboot starts the machine again; otherwise it is the end. */
  readonly restarts: boolean;
  /** Told of each start. */
  readonly started: (machine: RunningMachine) => void;
}

/**
 * Runs it to its end. Prints the console's bytes and nothing else on standard output.
 * @throws MachineError when it cannot be started
 */
export async function runOnConsole(configuration: MachineConfiguration, options: ConsoleRunOptions): Promise<MachineRun> {
  const { signal, interrupt } = options;
  // What is typed or piped in between two starts is the next one's; before the guest listens it waits in the serial port.
  let machine: RunningMachine | undefined;
  const waiting: { readonly bytes: Uint8Array; readonly written: (taken: Promise<number>) => void }[] = [];
  const write = (bytes: Uint8Array) =>
    machine ? machine.write(0, bytes) : new Promise<number>((written) => void waiting.push({ bytes, written }));
  let agent: GuestAgent | undefined;
  let size: TerminalSize | undefined;
  const agentPort = configuration.ports.indexOf(EXEC_PORT) + 1;
  const output = (console: number, bytes: Uint8Array, { acknowledge }: Pick<RunningMachine, 'acknowledge'>) => {
    if (console !== 0) {
      if (console === agentPort) agent?.received(bytes);
      return acknowledge(console, bytes.length);
    }
    standardOutput()
      .write(bytes)
      .then(
        () => acknowledge(0, bytes.length),
        () => interrupt('output closed'),
      );
  };
  /** Starts it, with this terminal's size for the guest's shell where the guest has an agent that takes it. */
  const start = async () => {
    const started = await runMachine(configuration, output, { signal, started: options.started });
    const own = (machine = started.machine);
    for (const { bytes, written } of waiting.splice(0)) written(own.write(0, bytes));
    if (agentPort === 0) return started;
    agent = new GuestAgent({ write: (bytes) => void own.write(agentPort, bytes), acknowledge: () => undefined });
    if (size) agent.resizeConsole(size);
    agent.connected().catch(() => undefined);
    return started;
  };
  let { ended } = await start();
  const terminal: AttachedTerminal = attachTerminal({
    input: pacedInput(() => terminal, write),
    leave: () => interrupt('left'),
    resize(columns, rows) {
      size = { columns, rows };
      machine?.resize(0, columns, rows);
      agent?.resizeConsole(size);
    },
  });
  try {
    let run = await ended;
    while (run.ending.kind === 'reboot' && options.restarts && !signal.aborted) {
      machine = undefined;
      ({ ended } = await start());
      run = await ended;
    }
    return run;
  } finally {
    terminal.detach();
  }
}
