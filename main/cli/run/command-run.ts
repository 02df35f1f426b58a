/** A machine that runs one command for this process: `viv run --run`. */
import { EXEC_PORT, type MachineConfiguration, type RunningMachine } from '../../../emulator/index.ts';
import type { CommandRequest } from '../../../preload/contract/commands.ts';
import { GuestAgent } from '../../exec/guest-agent.ts';
import { standardError } from '../../output/print.ts';
import { commandOnStreams, type CommandOnStreams, type CommandOutcome } from '../exec/command-streams.ts';
import { ConsoleTail } from './console-tail.ts';
import { runMachine, type Interruption, type MachineRun } from './run-machine.ts';

export interface CommandRun extends MachineRun {
  /** Absent: the machine ended, or the run was ended, before the command could be started. */
  readonly outcome?: CommandOutcome;
  /** What the guest's console printed last. */
  readonly console: string;
}

export interface CommandRunOptions {
  readonly signal: AbortSignal;
  readonly interrupt: (why: Interruption) => void;
  /** The guest's console goes to standard error. */
  readonly showsConsole: boolean;
  /** Told as soon as the machine runs. */
  readonly started: (machine: RunningMachine) => void;
  /** Told when the command runs, so that signals reach it; undefined when it does not any more. */
  running(command: CommandOnStreams | undefined): void;
}

/** Waits for a command's end, for the machine's, or for the end of the run. */
function outcomeOf(command: CommandOnStreams, ended: Promise<unknown>, signal: AbortSignal): Promise<CommandOutcome | undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    if (signal.aborted) resolve(undefined);
    void command.outcome.then(resolve);
    // What the guest sent before its end has come before the news of it.
    void ended.then(() => setImmediate(() => resolve(undefined)));
  });
}

/**
 * Boots the machine, runs the command and has the guest power off.
 * @throws MachineError when the machine cannot be started
 */
export async function runCommandIn(
  configuration: MachineConfiguration,
  request: CommandRequest,
  options: CommandRunOptions,
): Promise<CommandRun> {
  const { signal, interrupt } = options;
  const tail = new ConsoleTail();
  const port = configuration.ports.indexOf(EXEC_PORT) + 1;
  let machine: RunningMachine | undefined;
  const agent = new GuestAgent({
    write: (bytes) => void machine?.write(port, bytes),
    acknowledge: (count) => machine?.acknowledge(port, count),
  });
  const console = (bytes: Uint8Array, acknowledge: () => void) => {
    tail.add(bytes);
    if (options.showsConsole) standardError().write(bytes).then(acknowledge, acknowledge);
    else acknowledge();
  };
  const started = await runMachine(
    configuration,
    (index, bytes, { acknowledge }) => {
      if (index === port) agent.received(bytes);
      else console(bytes, () => acknowledge(index, bytes.length));
    },
    { signal, panicEnds: true, started: options.started },
  );
  machine = started.machine;
  const { ended } = started;
  let outcome: CommandOutcome | undefined;
  const isThere = await Promise.race([
    agent.connected().then(
      () => true,
      () => false,
    ),
    ended.then(() => false),
  ]);
  if (isThere && !signal.aborted) {
    const command = commandOnStreams((what, events) => agent.start(what, events), request);
    options.running(command);
    outcome = await outcomeOf(command, ended, signal);
    options.running(undefined);
    command.close();
    if (outcome?.kind === 'left' || outcome?.kind === 'output closed') interrupt(outcome.kind);
    else if (outcome) agent.powerOff();
  }
  return { ...(await ended), ...(outcome ? { outcome } : {}), console: tail.text() };
}
