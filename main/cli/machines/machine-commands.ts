/** The commands that do one thing to machines named on the command line. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, type Command } from '../command.ts';
import { findProgram, machineNamed, programThatStays, withProgram, type Program } from './program.ts';
import { showingTasks } from './showing-tasks.ts';
import { sayTakenAddresses } from './taken-addresses.ts';
import { printError } from '../../output/print.ts';

type Verb = 'start' | 'pause' | 'resume' | 'reset' | 'suspend' | 'stop' | 'delete' | 'undelete' | 'undo';

interface Description {
  /** What it does, for the help. */
  readonly text: string;
  readonly act: (program: Program, name: string) => Promise<void>;
  /** A machine that runs afterwards needs a program that stays. */
  readonly stays?: true;
}

const byId =
  (act: (program: Program, machine: MachineStatus) => Promise<unknown>) =>
  async (program: Program, name: string): Promise<void> => {
    await act(program, await machineNamed(program, name));
  };

/** Starts a machine and shows what its start is waiting for. */
async function start(program: Program, machine: MachineStatus): Promise<void> {
  await showingTasks(program, () => program.client.services.machines.start(machine.id));
  await sayTakenAddresses(program, machine);
}

/** The machine in the bin, by name (the one deleted last) or id. */
async function undelete({ client }: Program, name: string): Promise<void> {
  const { machines } = client.services;
  const bin = await machines.bin();
  const found = bin.find(({ definition }) => definition.name === name) ?? bin.find(({ id }) => id === name);
  if (!found) throw new ContractError('cli-bin-unknown', { name });
  const back = await machines.undelete(found.id);
  if (back.definition.name !== name && found.id !== name) printError(`viv: its name is taken; it is called "${back.definition.name}" now`);
}

const descriptions: Record<Verb, Description> = {
  start: {
    text: `Starts machines; a suspended one resumes where it was. They keep running after this command ends, in the open
window or viv serve, or else in a background process that ends with its last machine.`,
    act: byId(start),
    stays: true,
  },
  pause: {
    text: 'Pauses running machines; no time passes for the guest.',
    act: byId(({ client }, { id }) => client.services.machines.pause(id)),
  },
  resume: { text: 'Resumes paused machines.', act: byId(({ client }, { id }) => client.services.machines.resume(id)) },
  reset: {
    text: 'Resets machines, like pressing the reset button: unsaved data in the guest is lost.',
    act: byId(({ client }, { id }) => client.services.machines.reset(id)),
  },
  suspend: {
    text: 'Saves running or paused machines with their memory and stops them; viv start resumes them.',
    act: byId((program, { id }) => showingTasks(program, () => program.client.services.machines.suspend(id))),
  },
  stop: {
    text: 'Stops machines immediately, like pulling the plug. To have guests shut down, use viv shutdown.',
    act: byId(({ client }, { id }) => client.services.machines.stop(id)),
  },
  delete: {
    text: `Moves machines to the bin; viv undelete restores them, viv purge deletes them permanently. Stop a running
machine first.`,
    act: byId(({ client }, { id }) => client.services.machines.delete(id)),
  },
  undelete: { text: 'Restores machines from the bin, with their snapshots (viv list --deleted shows the bin).', act: undelete },
  undo: {
    text: 'Undoes the last change to a machine that is off: a configuration change, or its creation.',
    act: byId(({ client }, { id }) => client.services.machines.undo(id)),
  },
};

function command(verb: Verb, { text, act, stays }: Description): Command {
  return {
    help: `viv ${verb}: ${text}

Usage: viv ${verb} NAME...

Examples:
  viv ${verb} box
  viv ${verb} box other-box
`,
    async run(args) {
      const { positionals } = readArguments(args, {});
      if (positionals.length === 0) throw new CallError('NAME is missing');
      await withProgram(stays ? programThatStays() : findProgram(verb), async (program) => {
        for (const name of positionals) await act(program, name);
      });
      return EXIT.ok;
    },
  };
}

export const machineCommands = Object.fromEntries(
  Object.entries(descriptions).map(([verb, description]) => [verb, command(verb as Verb, description)]),
) as Record<Verb, Command>;
