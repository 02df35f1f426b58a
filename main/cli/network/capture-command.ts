/** `viv capture`: what a network card's cable carries, or all cables of a network, as a pcapng file. */
import { once } from 'node:events';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { printError } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { machineNamed, programThatStays, withProgram, type Program } from '../machines/program.ts';
import { captureCard, captureStatus } from './capture-card.ts';
import { captureNetwork } from './capture-network.ts';
import { captureTarget } from './capture-target.ts';
import { cardOf } from './find-card.ts';

const help = `viv capture: write what a network card, or all cards of a network, send and receive as a pcapng file

Usage: viv capture NAME|NETWORK --write FILE|- [--net CARD] [--network]

Every frame is written until the machine stops or Ctrl-C ends it; of a machine that is off, from its start on. Times are
those of this computer, in nanoseconds. Long segments that the guest leaves to its card to cut are written as they are.
A reader that is too slow never slows the guest: what it misses is counted in the file and said here.

Of a network, the frames of all machines on it are written, also of those that start later, until Ctrl-C ends it. Each
card is an interface of the file, so a frame between two machines is there twice: as it leaves one and as it reaches
the other.

  --write FILE    where to; - is standard output. An existing file is overwritten. It holds whatever the guest sends,
                  passwords too, so only you can read it
  --net CARD      the number of the network card, from 1; the first where it is missing
  --network       a network is meant, where a machine has the same name

Examples:
  viv capture box --write box.pcapng
  viv capture box --write - | wireshark -k -i -
  viv capture box --net 2 --write - | tshark -r -
  viv capture office --write office.pcapng
`;

const OPTIONS = { write: { type: 'string' }, net: { type: 'string' }, network: { type: 'boolean' } } as const;

const runs = ({ state }: MachineStatus) => state === 'running' || state === 'paused';

/** Waits for the machine to run. @returns whether it does: the person may have had enough */
async function started({ client }: Program, machine: MachineStatus, ended: AbortSignal): Promise<boolean> {
  if (runs(machine)) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const look = (status: MachineStatus) => (status.id === machine.id && runs(status) ? resolve(true) : undefined);
  const stop = client.services.machines.changed.on(look);
  printError(`viv: waiting for "${machine.definition.name}" to start`);
  ended.addEventListener('abort', () => resolve(false), { once: true });
  look(await client.services.machines.get(machine.id));
  return promise.finally(stop);
}

/** Whether a name is a network's: because the person says so, or because no machine has it. @throws CallError */
async function isNetwork({ client }: Program, name: string, said: boolean): Promise<boolean> {
  const networks = (await client.services.networks.list()).map((network) => network.name);
  if (networks.includes(name))
    return said || !(await client.services.machines.list()).some(({ definition, id }) => definition.name === name || id === name);
  if (said) throw new CallError(`there is no network "${name}"; viv network list shows those there are`);
  return false;
}

export const captureCommand: Command = {
  help,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [name] = words(positionals, 'NAME') as [string];
    if (values.write === undefined) throw new CallError('--write is missing: it says where the capture goes');
    const card = cardOf(values.net);
    const path = values.write;
    return withProgram(programThatStays(), async (program) => {
      const ofNetwork = await isNetwork(program, name, values.network === true);
      if (ofNetwork && values.net !== undefined) throw new CallError(`--net CARD is for a machine’s capture; "${name}" is a network`);
      const machine = ofNetwork ? undefined : await machineNamed(program, name);
      const target = await captureTarget(path);
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) void once(process, signal).then(() => ending.abort());
      try {
        if (!machine) return await captureNetwork(program, name, target, runs, ending.signal);
        if (!(await started(program, machine, ending.signal))) return EXIT.interrupted;
        const write = (bytes: Uint8Array) => target.write(bytes);
        const [outcome, dropped] = await captureCard({ client: program.client, machine: machine.id, card, write, enough: ending.signal });
        if (dropped > 0) printError(`viv: ${dropped} frames were left out in all`);
        return captureStatus(outcome);
      } finally {
        await target.close();
      }
    });
  },
};
