/** `viv shutdown`: guests are asked to shut down, and waited for. */
import { ContractError, isError } from '../../../preload/contract/errors/contract-error.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { printError } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, type Command } from '../command.ts';
import { findProgram, machineNamed, withProgram, type Program } from './program.ts';

/** How long a guest may take to shut down, where the person does not say, in seconds. */
const PATIENCE = 90;
const LONGEST = 86_400;
/** How often the program is asked whether it is still there, in milliseconds. */
const ASK_EVERY = 1000;

const isOff = ({ state }: MachineStatus): boolean => state === 'off' || state === 'failed';

/** Waits until the machine is off. @returns its status then, or undefined when it took too long */
async function off({ client }: Program, { id }: MachineStatus, seconds: number): Promise<MachineStatus | undefined> {
  const { machines } = client.services;
  const ended = Promise.withResolvers<MachineStatus | undefined>();
  const look = (status: MachineStatus) => (status.id === id && isOff(status) ? ended.resolve(status) : undefined);
  const unsubscribe = machines.changed.on(look);
  const ask = () => machines.get(id).then(look, ended.reject);
  const asking = setInterval(() => void ask(), ASK_EVERY);
  const patience = setTimeout(() => ended.resolve(undefined), seconds * 1000);
  try {
    await ask();
    return await ended.promise;
  } finally {
    clearInterval(asking);
    clearTimeout(patience);
    unsubscribe();
  }
}

async function shutDown(program: Program, name: string, seconds: number): Promise<void> {
  const machine = await machineNamed(program, name);
  const { asked } = await program.client.services.machines.shutdown(machine.id);
  if (seconds === 0) return;
  const status = await off(program, machine, seconds);
  if (!status) throw new ContractError('shutdown-not-heeded', { name, seconds, asked });
  if (status.state === 'failed') throw new ContractError('machine-failed', { why: status.reason });
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds > LONGEST) throw new CallError(`--timeout takes seconds from 0 to ${LONGEST}, not "${text}"`);
  return seconds;
}

export const shutdownCommand: Command = {
  help: `viv shutdown: ask guests to shut down

Usage: viv shutdown NAME... [--timeout SECONDS]

A guest of the Debian templates is asked through its agent, any other by the power button of its board, which a PC has
and riscv64-virt has not. The command ends when the machines are off. A guest that does not listen keeps running; viv
stop ends it like pulling the plug.

  --timeout SECONDS   how long each guest may take (default ${PATIENCE}); the status is 124 when one takes longer. 0: do not wait

Examples:
  viv shutdown box
  viv shutdown box --timeout 20 || viv stop box
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { timeout: { type: 'string' } });
    if (positionals.length === 0) throw new CallError('NAME is missing');
    const seconds = values.timeout === undefined ? PATIENCE : secondsOf(values.timeout);
    let status: number = EXIT.ok;
    await withProgram(findProgram('shutdown'), async (program) => {
      for (const name of positionals)
        try {
          await shutDown(program, name, seconds);
        } catch (error) {
          if (!isError(error, 'shutdown-not-heeded')) throw error;
          printError(`viv: ${error.message}`);
          status = EXIT.timeout;
        }
    });
    return status;
  },
};
