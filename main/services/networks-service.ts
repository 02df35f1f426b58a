/** Answers the calls of the contract `networks` from the library and its machines. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { Emitter, Handlers } from '../../preload/contract/contract.ts';
import type { networks, NetworkMember, NetworkStatus } from '../../preload/contract/networks.ts';
import type { Library } from '../library/library.ts';
import type { NetworkRecord } from '../library/network-records.ts';
import { cardAddress } from '../network/attachments.ts';
import { addressText, subnetText } from '../network/network-plan.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { TemporaryCards } from '../supervisor/temporary-cards.ts';

export function networksService(
  { networks: records }: Pick<Library, 'networks'>,
  supervisor: Supervisor,
  temporary: Pick<TemporaryCards, 'on'>,
  events: Emitter<typeof networks>,
): Handlers<typeof networks> {
  async function statusOf({ name, kind, subnet, reach, mtu }: NetworkRecord): Promise<NetworkStatus> {
    const hosts = await records.hosts(name);
    const members = supervisor.list().flatMap(({ definition, state }) =>
      (definition.networks ?? []).flatMap(({ network }, card): NetworkMember[] => {
        if (network !== name) return [];
        const mac = cardAddress(definition, card);
        const host = hosts.get(mac);
        const address = host === undefined ? {} : { address: addressText(subnet, host) };
        return [{ machine: definition.name, card, mac, ...address, isRunning: state === 'running' || state === 'paused' }];
      }),
    );
    const passing = temporary.on(name).map(({ machine, card, mac, host }): NetworkMember => ({
      ...{ machine, card, mac, isRunning: true, isTemporary: true },
      ...(host === undefined ? {} : { address: addressText(subnet, host) }),
    }));
    const settings = { ...(reach ? { reach } : {}), ...(mtu === undefined ? {} : { mtu }) };
    return { name, kind, ...settings, members: [...members, ...passing], ...(kind === 'isolated' ? {} : { subnet: subnetText(subnet) }) };
  }
  const list = async () => Promise.all((await records.list()).map(statusOf));
  const changed = async () => events.changed(await list());
  return {
    list,
    async create({ name, kind, ...settings }) {
      await records.create(name, kind, settings);
      await changed();
    },
    async set(name, settings) {
      await records.set(name, settings);
      await changed();
    },
    async delete(name) {
      const { members } = await statusOf(await records.get(name));
      const machines = (are: readonly NetworkMember[]) => [...new Set(are.map(({ machine }) => machine))];
      const own = members.filter(({ isTemporary }) => !isTemporary);
      if (own.length > 0) throw new ContractError('network-in-use', { name, machines: machines(own) });
      if (members.length > 0) throw new ContractError('network-in-use-by-run', { name, machines: machines(members) });
      await records.delete(name);
      await changed();
    },
  };
}
