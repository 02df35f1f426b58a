/**
 * What of a definition opens a door of the host's: the ports of its loopback that a guest may reach, those that lead into the
 * guest, networks of other machines, and folders that it may use. A file from somebody else opens none; the person who imports it
 * does, where they want to.
 */
import { PRIVATE_NAT } from '../../preload/contract/definition/network-fields.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';

/** The definition with all of them closed. */
export function withoutHostDoors({ forwards: _forwards, networks, shares, ...rest }: MachineDefinition): MachineDefinition {
  const closed = networks?.map(({ hostPorts: _hostPorts, network: _network, ...card }) => ({ ...card, network: PRIVATE_NAT }));
  return {
    ...rest,
    ...(closed === undefined ? {} : { networks: closed }),
    // The device stays, as saved states have it.
    ...(shares === undefined ? {} : { shares: shares.map(({ path: _path, ...share }) => share) }),
  };
}
