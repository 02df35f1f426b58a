/**
 * What of a definition opens a door of the host's: the ports of its loopback that a guest may reach, those that lead into the
 * guest, and folders that it may use. A file from somebody else opens none; the person who imports it does, where they want to.
 */
import type { MachineDefinition } from '../../preload/contract/machines.ts';

/** The definition with all of them closed. */
export function withoutHostDoors({ forwards: _forwards, networks, shares, ...rest }: MachineDefinition): MachineDefinition {
  return {
    ...rest,
    ...(networks === undefined ? {} : { networks: networks.map(({ hostPorts: _hostPorts, ...card }) => card) }),
    // The device stays, as saved states have it.
    ...(shares === undefined ? {} : { shares: shares.map(({ path: _path, ...share }) => share) }),
  };
}
