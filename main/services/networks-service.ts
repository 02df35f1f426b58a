/** Answers the calls of the contract `networks` from the library and its machines. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { Emitter, Handlers } from '../../preload/contract/contract.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { networks, NetworkMember, NetworkStatus } from '../../preload/contract/networks.ts';
import type { Library } from '../library/library.ts';
import type { NetworkRecord } from '../library/network-records.ts';
import { cardAddress } from '../network/attachments.ts';
import { addressText, subnetText } from '../network/network-plan.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { type StartedCard, StartedSettings } from './started-settings.ts';
import type { TemporaryCard, TemporaryCards } from '../supervisor/temporary-cards.ts';

export function networksService(
  { networks: records }: Pick<Library, 'networks'>,
  supervisor: Supervisor,
  temporary: Pick<TemporaryCards, 'on' | 'reachChanged'>,
  events: Emitter<typeof networks>,
): Handlers<typeof networks> {
  const started = new StartedSettings();
  const startedCard = (id: MachineId, card: number): StartedCard => ({ run: supervisor.machine(id).began, card });
  const temporaryCard = (plugged: TemporaryCard): StartedCard => ({ run: plugged, card: plugged.card });

  async function statusOf({ name, kind, subnet, reach, mtu }: NetworkRecord): Promise<NetworkStatus> {
    const hosts = await records.hosts(name);
    const settings = { ...(reach ? { reach } : {}), ...(mtu === undefined ? {} : { mtu }) };
    const addressOf = (host: number | undefined) => (host === undefined ? {} : { address: addressText(subnet, host) });
    const members = supervisor.list().flatMap(({ id, definition, state }) =>
      (definition.networks ?? []).flatMap((own, card): NetworkMember[] => {
        if (own.network !== name) return [];
        const mac = cardAddress(definition, card);
        const isRunning = state === 'running' || state === 'paused';
        const old = isRunning && started.isOld(startedCard(id, card), settings, own) ? { needsRestart: true as const } : {};
        return [{ machine: definition.name, card, mac, ...addressOf(hosts.get(mac)), isRunning, ...old }];
      }),
    );
    const passing = temporary.on(name).map((plugged): NetworkMember => {
      const { machine, card, mac, host } = plugged;
      const old = started.isOld(temporaryCard(plugged), settings, {}) ? { needsRestart: true as const } : {};
      return { machine, card, mac, ...addressOf(host), isRunning: true, isTemporary: true, ...old };
    });
    return { name, kind, ...settings, members: [...members, ...passing], ...(kind === 'isolated' ? {} : { subnet: subnetText(subnet) }) };
  }
  /** The cards on a network whose machines run. */
  const running = (name: string): readonly StartedCard[] => [
    ...supervisor
      .list()
      .filter(({ state }) => state === 'running' || state === 'paused')
      .flatMap(({ id, definition }) =>
        (definition.networks ?? []).flatMap(({ network }, card) => (network === name ? [startedCard(id, card)] : [])),
      ),
    ...temporary.on(name).map(temporaryCard),
  ];
  const list = async () => Promise.all((await records.list()).map(statusOf));
  const changed = async () => events.changed(await list());
  return {
    list,
    async create({ name, kind, ...settings }) {
      await records.create(name, kind, settings);
      await changed();
    },
    async set(name, settings) {
      const before = await records.get(name);
      await records.set(name, settings);
      started.changes(running(name), before);
      await supervisor.applyReachOn(name);
      temporary.reachChanged(name, settings.reach);
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
