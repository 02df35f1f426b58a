/** Cards of machines that `viv run` has in a process of its own, on the library's networks as long as it runs. */
import type { CommandEvents, RunningCommand } from '../../preload/contract/commands.ts';
import type { CableRequest } from '../../preload/contract/links.ts';
import type { LooseReach } from '../../preload/contract/definition/reach-fields.ts';
import type { Library } from '../library/library.ts';
import { hostNameOf } from '../network/attachments.ts';
import { type RemoteCable, remoteCable } from '../network/remote-cable.ts';
import type { SharedNetworks } from '../network/shared-networks.ts';

/** One that is plugged in. */
export interface TemporaryCard {
  readonly network: string;
  readonly machine: string;
  readonly card: number;
  readonly mac: string;
  /** The last byte of its address; absent: its network gives none. */
  readonly host?: number;
  /** Tells its process what its network says. */
  readonly tell: RemoteCable['tell'];
}

interface TemporaryCardsParts {
  readonly networks: Library['networks'];
  readonly shared: SharedNetworks;
  /** Names that machines of the library have. */
  readonly taken: () => readonly string[];
  /** One was plugged in, or is out again. */
  readonly changed: () => void;
}

export class TemporaryCards {
  readonly #cards = new Set<TemporaryCard>();
  readonly #parts: TemporaryCardsParts;

  constructor(parts: TemporaryCardsParts) {
    this.#parts = parts;
  }

  on(network: string): readonly TemporaryCard[] {
    return [...this.#cards].filter((card) => card.network === network);
  }

  /** Plugs one in. @throws ContractError when there is no such network, or it has no address left */
  async plug({ network: name, card, mac, machine }: CableRequest, events: CommandEvents): Promise<RunningCommand> {
    const { networks, shared, changed } = this.#parts;
    const network = await networks.get(name);
    const address = mac.toLowerCase();
    const host = network.kind === 'isolated' ? undefined : await networks.lendHost(name, address);
    const own = this.#nameFor(machine, name);
    const { port } = shared.plug({ network, card: address, host: host ?? 0, machine: own, hostName: hostNameOf(own) });
    const place = { kind: network.kind, subnet: network.subnet, host: host ?? 0 };
    const unplugged = () => {
      this.#cards.delete(plugged);
      // Its twin, whose cable the network pulled, has the same.
      if (!this.on(name).some((other) => other.mac === address)) networks.giveBack(name, address);
      changed();
    };
    const cable = remoteCable({ port, place, unplugged }, events);
    const plugged: TemporaryCard = {
      ...{ network: name, machine: own, card, mac: address, tell: (news) => cable.tell(news) },
      ...(host === undefined ? {} : { host }),
    };
    this.#cards.add(plugged);
    changed();
    return cable;
  }

  /** A network says something else of where its cards' guests may connect. */
  reachChanged(network: string, reach: LooseReach | undefined): void {
    for (const { tell } of this.on(network)) tell({ reach });
  }

  /** A name that no other machine answers to, however many are of one template. */
  #nameFor(machine: string, network: string): string {
    const taken = new Set([...this.#parts.taken(), ...this.on(network).map((card) => card.machine)].map((name) => hostNameOf(name)));
    for (let number = 1; ; number++) {
      const name = number === 1 ? machine : `${machine}-${number}`;
      if (!taken.has(hostNameOf(name))) return name;
    }
  }
}
