/** Networks of a fake program: made, deleted, and refused while a machine is on one, as the real ones. */
import type { ServiceEvents } from '../../main/border/border.ts';
import { ContractError, type Handlers } from '../../preload/contract/contract.ts';
import type { MachineStatus } from '../../preload/contract/machines.ts';
import type { NetworkKind, networks, NetworkSettings, NetworkStatus } from '../../preload/contract/networks.ts';

export function fakeNetworks(events: ServiceEvents, machines: () => readonly MachineStatus[]): Handlers<typeof networks> {
  const made = new Map<string, NetworkSettings & { readonly kind: NetworkKind }>();
  const list = (): readonly NetworkStatus[] =>
    [...made].map(([name, { kind, ...settings }], index) => ({
      name,
      kind,
      ...settings,
      ...(kind === 'isolated' ? {} : { subnet: `10.86.${index + 1}.0/24` }),
      members: machines().flatMap(({ definition, state }) =>
        (definition.networks ?? []).flatMap(({ network }, card) =>
          network === name ? [{ machine: definition.name, card, address: `10.86.${index + 1}.10`, isRunning: state === 'running' }] : [],
        ),
      ),
    }));
  return {
    list,
    create({ name, ...network }) {
      if (made.has(name)) throw new ContractError('network-taken', { name });
      made.set(name, network);
      events.networks.changed(list());
    },
    set(name, settings) {
      const { kind } = made.get(name)!;
      made.set(name, { kind, ...settings });
      events.networks.changed(list());
    },
    delete(name) {
      const on = list().find((network) => network.name === name)?.members ?? [];
      if (on.length > 0) throw new ContractError('network-in-use', { name, machines: on.map(({ machine }) => machine) });
      made.delete(name);
      events.networks.changed(list());
    },
  };
}
