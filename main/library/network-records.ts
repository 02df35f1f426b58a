/** Networks that machines share, and which card has which address on them. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { NETWORK_KINDS, type NetworkKind, type NetworkSettings, networkSettings } from '../../preload/contract/networks.ts';
import { problemsOf } from '../../preload/contract/schema/problems.ts';
import { turns } from '../../emulator/structures/in-turn.ts';
import type { Database, Row } from './database.ts';

export interface NetworkRecord extends NetworkSettings {
  readonly name: string;
  readonly kind: NetworkKind;
  /** The third byte of its addresses. */
  readonly subnet: number;
}

/** Third bytes that networks may have, and last ones of guests: those before are the network's own. */
const SUBNETS = { first: 1, last: 250 } as const;
const HOSTS = { first: 15, last: 250 } as const;

export interface NetworkRecords {
  list(): Promise<readonly NetworkRecord[]>;
  /** @throws ContractError `missing`, naming those there are */
  get(name: string): Promise<NetworkRecord>;
  /** @throws ContractError when the name is taken, or all addresses are */
  create(name: string, kind: NetworkKind, settings?: NetworkSettings): Promise<void>;
  /** Replaces its settings. @throws ContractError `missing` */
  set(name: string, settings: NetworkSettings): Promise<void>;
  delete(name: string): Promise<void>;
  /** The last byte of a card's address on a network: always the same. @throws ContractError when all are taken */
  hostOf(network: string, card: string): Promise<number>;
  /** As `hostOf`, but only until it is given back: for a card that is not to be remembered. */
  lendHost(network: string, card: string): Promise<number>;
  giveBack(network: string, card: string): void;
  /** Those that were given, by the card's address. */
  hosts(network: string): Promise<ReadonlyMap<string, number>>;
}

const isKind = (value: unknown): value is NetworkKind => NETWORK_KINDS.some((kind) => kind === value);
/** What only a newer version knows gives nobody a way out. */
const recordOf = ({ name, kind, subnet, settings }: Row): NetworkRecord => ({
  name: String(name),
  kind: isKind(kind) ? kind : 'isolated',
  subnet: Number(subnet),
  ...settingsOf(settings),
});
/** What cannot be read, or only a newer version knows, lets cards reach nothing. */
function settingsOf(stored: unknown): NetworkSettings {
  if (stored === null || stored === undefined) return {};
  try {
    const settings: unknown = JSON.parse(String(stored));
    if (problemsOf(networkSettings, settings).length === 0) return settings as NetworkSettings;
  } catch {
    // As what is not understood.
  }
  return { reach: { restrict: true } };
}
/** As it is stored; nothing where it says nothing. */
const storedSettings = ({ reach, mtu }: NetworkSettings): string | null =>
  reach === undefined && mtu === undefined ? null : JSON.stringify({ reach, mtu });

/** Lent addresses: cards' addresses and last bytes, by network. */
class Loans {
  readonly #hosts = new Map<string, Map<string, number>>();

  of(network: string): ReadonlyMap<string, number> {
    return this.#hosts.get(network) ?? new Map();
  }
  add(network: string, card: string, host: number): number {
    this.#hosts.set(network, new Map(this.of(network)).set(card, host));
    return host;
  }
  remove(network: string, card: string): void {
    this.#hosts.get(network)?.delete(card);
  }
}

/** The smallest number of a range that is not taken. */
function free(taken: ReadonlySet<number>, { first, last }: { readonly first: number; readonly last: number }): number | undefined {
  for (let number = first; number <= last; number++) if (!taken.has(number)) return number;
  return undefined;
}

/** The networks stored in `database`. */
export function networkRecords(database: Database): NetworkRecords {
  const list = async () => (await database.all('SELECT name, kind, subnet, settings FROM networks ORDER BY name')).map(recordOf);
  const hosts = async (network: string) => {
    const rows = await database.all('SELECT card, host FROM network_addresses WHERE network = ?', network);
    return new Map(rows.map(({ card, host }) => [String(card), Number(host)]));
  };
  const loans = new Loans();
  // Two cards at once are not to find the same address free.
  const inTurn = turns();
  /** What a card was given, if anything, else what is free for it. */
  async function place(
    network: string,
    card: string,
  ): Promise<readonly [found: number, fresh?: undefined] | readonly [found: undefined, fresh: number]> {
    const known = await hosts(network);
    const found = known.get(card);
    if (found !== undefined) return [found];
    const host = free(new Set([...known.values(), ...loans.of(network).values()]), HOSTS);
    if (host === undefined) throw new ContractError('network-full', { name: network });
    return [undefined, host];
  }
  return {
    list,
    hosts,
    async get(name) {
      const all = await list();
      const found = all.find((network) => network.name === name);
      if (!found) throw new ContractError('network-unknown', { name, known: all.map((network) => network.name) });
      return found;
    },
    async create(name, kind, settings = {}) {
      const all = await list();
      if (all.some((network) => network.name === name)) throw new ContractError('network-taken', { name });
      const subnet = free(new Set(all.map((network) => network.subnet)), SUBNETS);
      if (subnet === undefined) throw new ContractError('networks-too-many', { most: SUBNETS.last });
      const sql = 'INSERT INTO networks (name, kind, subnet, created_at, settings) VALUES (?, ?, ?, ?, ?)';
      await database.transaction((statements) => statements.run(sql, name, kind, subnet, Date.now(), storedSettings(settings)));
    },
    async set(name, settings) {
      await this.get(name);
      const sql = 'UPDATE networks SET settings = ? WHERE name = ?';
      await database.transaction((statements) => statements.run(sql, storedSettings(settings), name));
    },
    async delete(name) {
      await database.transaction((statements) => statements.run('DELETE FROM networks WHERE name = ?', name));
    },
    hostOf: (network, card) =>
      inTurn(async () => {
        const [found, fresh] = await place(network, card);
        if (found !== undefined) return found;
        const sql = 'INSERT INTO network_addresses (network, card, host) VALUES (?, ?, ?)';
        await database.transaction((statements) => statements.run(sql, network, card, fresh));
        return fresh;
      }),
    lendHost: (network, card) =>
      inTurn(async () => {
        const [found, fresh] = await place(network, card);
        return found ?? loans.add(network, card, fresh);
      }),
    giveBack: (network, card) => loans.remove(network, card),
  };
}
