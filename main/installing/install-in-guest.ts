/** Boots the guest kit with an empty disk and an archive, and has it install the one on the other. */
import { startMachine } from '../../emulator/host/index.ts';
import { EXEC_PORT, type Ending, type MachineConfiguration, type RunningMachine } from '../../emulator/index.ts';
import type { CommandEnd } from '../../preload/contract/commands.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { GuestAgent } from '../exec/guest-agent.ts';

/** Of what the guest said, so much is told where it fails, in characters. */
const TAIL = 600;

/**
 * Resolves when the command has ended well and the guest has powered off, so that everything is on the disk.
 * @param line told each line that the command prints
 * @throws ContractError where it fails, with what it said last; the signal's reason when cancelled
 */
export async function installInGuest(
  configuration: MachineConfiguration,
  command: string,
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const port = configuration.ports.indexOf(EXEC_PORT) + 1;
  let machine: RunningMachine | undefined;
  let said = '';
  const agent = new GuestAgent({
    write: (bytes) => void machine?.write(port, bytes),
    acknowledge: (count) => machine?.acknowledge(port, count),
  });
  // What comes before the machine is in hand is acknowledged then.
  const early: [number, number][] = [];
  const over = Promise.withResolvers<Ending>();
  const running = await startMachine(configuration, {
    output(console, bytes) {
      if (console === port && machine) return agent.received(bytes);
      said = (said + Buffer.from(bytes).toString()).slice(-TAIL);
      if (machine) machine.acknowledge(console, bytes.length);
      else early.push([console, bytes.length]);
    },
    log: () => undefined,
    ended: (ending) => over.resolve(ending),
  });
  machine = running;
  for (const [console, count] of early) running.acknowledge(console, count);
  const stop = () => void running.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const gone = over.promise.then(() => undefined);
    const isThere = await Promise.race([agent.connected().then(() => true), gone]);
    const end = isThere
      ? await Promise.race([
          run(agent, command, (text) => {
            said = (said + text).slice(-TAIL);
            for (const one of text.split('\n')) if (one.trim() !== '') line(one.trim());
          }),
          gone,
        ])
      : undefined;
    signal.throwIfAborted();
    if (end?.status !== 0) throw new ContractError('system-not-installed', { said: said.trim() });
    agent.powerOff();
    await over.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await running.stop();
  }
}

/** Runs one command and passes on what it prints; undefined where it is lost. */
function run(agent: GuestAgent, text: string, print: (text: string) => void): Promise<CommandEnd | undefined> {
  return new Promise((resolve) => {
    const command = agent.start(
      { text },
      {
        output(stream, bytes) {
          print(Buffer.from(bytes).toString());
          command.acknowledge(stream, bytes.length);
        },
        inputRoom: () => undefined,
        inputClosed: () => undefined,
        ended: resolve,
        lost: () => resolve(undefined),
      },
    );
    command.endInput();
  });
}
