/** A command's hold on one console of a running machine: its bytes, and the one end that many things may bring. */
import type { ConsoleChannel } from '../../../preload/contract/consoles.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import type { Program } from './program.ts';
import { printError } from '../../output/print.ts';

/** Whether a machine has consoles to attach to. */
export const isActive = ({ state }: MachineStatus) => state !== 'off' && state !== 'failed';

export interface ConsoleAttachment {
  readonly channel: ConsoleChannel;
  /** Resolves when the machine or the program has ended, with the reason, or with what `end` was called with. */
  readonly ended: Promise<string | undefined>;
  end(reason?: string): void;
  /** Lets the console go. */
  close(): void;
}

export function attachToConsole({ client }: Program, machine: MachineStatus, number: number): ConsoleAttachment {
  const channel = client.openConsole(machine.id, number);
  const done = Promise.withResolvers<string | undefined>();
  const stopWatching = client.services.machines.changed.on((status) => {
    // What the machine printed last comes before the news of its end, on the same connection.
    if (status.id === machine.id && !isActive(status)) done.resolve(`"${status.definition.name}" is ${status.state} (${status.reason})`);
  });
  channel.onSkipped((bytes) => printError(`viv: ${bytes} bytes were left out here: the machine prints faster than this terminal`));
  channel.onClosed((reason) => done.resolve(reason));
  return {
    channel,
    ended: done.promise,
    end: (reason) => done.resolve(reason),
    close() {
      stopWatching();
      channel.close();
    },
  };
}
