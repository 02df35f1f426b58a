/**
 * The names of machines on all networks that one machine has cards on. A guest asks one name server, whichever its cards were told
 * of last, so each of a machine's knows what all of them know.
 */
import type { MachineNames } from './switch-messages.ts';

/** What answers a card's guest. */
interface NameServer {
  setNames(names: MachineNames): void;
}
/** A card's place among them. */
export interface JoinedNames {
  /** Its network has machines of these names. */
  tell(names: MachineNames): void;
  leave(): void;
}

const servers = new WeakMap<object, Map<NameServer, MachineNames>>();

/** @param owner the machine's, the same object for all of its cards */
export function joinNames(owner: object, server: NameServer): JoinedNames {
  const all = servers.get(owner) ?? new Map<NameServer, MachineNames>();
  servers.set(owner, all);
  const tellAll = () => {
    for (const [each, own] of all) {
      const others = [...all].flatMap(([other, names]) => (other === each ? [] : names));
      // Of a machine that is on several of them, each says where it is on its own.
      each.setNames([...others, ...own]);
    }
  };
  all.set(server, []);
  tellAll();
  return {
    tell(names) {
      if (!all.has(server)) return;
      all.set(server, names);
      tellAll();
    },
    leave() {
      if (all.delete(server)) tellAll();
    },
  };
}
