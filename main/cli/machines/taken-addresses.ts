/** Two branches of one machine have the same card address: the cable of the one that was started last stays out on their network. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { faultWith } from '../../../preload/contract/errors/contract-error.ts';
import { PRIVATE_NAT } from '../../../preload/contract/definition/network-fields.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { printError } from '../../output/print.ts';
import type { Program } from './program.ts';

/** Says which cards of a machine that was just started share an address with one that ran before it. */
export async function sayTakenAddresses({ client }: Pick<Program, 'client'>, { definition }: MachineStatus): Promise<void> {
  const { name: machine, networks = [] } = definition;
  if (networks.every(({ network }) => network === PRIVATE_NAT)) return;
  for (const { name: network, members } of await client.services.networks.list())
    for (const { mac: card } of members.filter((member) => member.machine === machine)) {
      const other = members.find((member) => member.machine !== machine && member.isRunning && member.mac === card)?.machine;
      if (card !== undefined && other !== undefined)
        printError(`viv: warning: ${wordsOf(faultWith('card-address-taken', { network, machine, other, card }))}`);
    }
}
