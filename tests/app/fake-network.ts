/** The network of a fake machine: figures that a test can count on, cables and forwards that do what they are told. */
import type { CardActivity, FlowReport } from '../../preload/contract/card-activity.ts';
import { plainCable } from '../../preload/contract/definition/cable-fields.ts';
import type { Handlers } from '../../preload/contract/contract.ts';
import type { LinkStatus } from '../../preload/contract/links.ts';
import type { MachineDefinition, MachineId, machines, MachineStatus } from '../../preload/contract/machines.ts';

type Service = Handlers<typeof machines>;
interface FakeNetworkParts {
  status(id: MachineId): MachineStatus;
  store(id: MachineId, networks: NonNullable<MachineDefinition['networks']>): unknown;
}

const MEBI = 1024 * 1024;
/** What a guest that fetches something has, and what it asked for in vain. */
const flow = (peer: string, peerPort: number, more: Partial<FlowReport>): FlowReport => ({
  ...{
    protocol: 'tcp',
    guestPort: 40_122,
    peer,
    peerPort,
    opener: 'guest',
    state: 'open',
    toGuest: 0,
    fromGuest: 0,
    began: 1000,
    age: 4200,
  },
  ...more,
});
/** Bytes of pieces of time that look like a download with a pause. */
const pieces = (count: number, highest: number) =>
  Array.from({ length: count }, (_, index) => (index % 90 < 60 ? Math.round((highest * (1 + Math.sin(index / 9))) / 2) : 0));

export function fakeNetwork({ status, store }: FakeNetworkParts) {
  let looks = 0;
  /** Ports that somebody else has. */
  const taken = new Set([8080]);
  const runs = (id: MachineId) => status(id).state === 'running' || status(id).state === 'paused';
  const cardsOf = (id: MachineId) => status(id).definition.networks ?? [];
  const links = (id: MachineId): readonly LinkStatus[] =>
    cardsOf(id).map(({ cable: { unplugged = false, rate, delay = 0, loss = 0 } = {} }) => ({
      ...{ isUp: !unplugged, delay, loss, seed: 1, lost: loss > 0 ? 12 : 0 },
      ...(rate === undefined ? {} : { rate }),
    }));
  const nat = (): NonNullable<CardActivity['nat']> => ({
    ...{
      address: '10.0.2.15',
      addresses: ['10.0.2.15', 'fec0::5054:ff:fe12:3456'],
      gateway: '10.0.2.2',
      nameServer: '10.0.2.3',
      isHere: true,
      flowCount: 3,
    },
    flows: [
      flow('151.101.2.132', 80, { toGuest: 12 * MEBI + looks * 128 * 1024, fromGuest: 4312 }),
      flow('10.0.2.2', 49_153, { opener: 'host', guestPort: 22, toGuest: 9120, fromGuest: 48_211, began: 2000, age: 61_000 }),
      flow('192.0.2.123', 123, { protocol: 'udp', guestPort: 123, state: 'connecting', fromGuest: 48, began: 3000, age: 800 }),
    ],
    ended: [flow('151.101.2.132', 443, { state: 'closed', toGuest: 3021, fromGuest: 812, began: 500, age: 9000 })],
    questions: [
      { name: 'deb.example.org', type: 'A', outcome: 'answered', addresses: ['151.101.2.132', '151.101.66.132'], count: 2, ago: 4000 },
      { name: 'nowhere.example', type: 'AAAA', outcome: 'missing', addresses: [], count: 1, ago: 60_000 },
    ],
    unreached: [
      { protocol: 'tcp', address: '10.0.2.2', port: 8000, why: 'host port closed', count: 3, ago: 2000 },
      { protocol: 'tcp', address: '198.51.100.4', port: 443, why: 'refused', count: 1, ago: 30_000 },
      { protocol: 'icmp', address: '8.8.8.8', port: 0, why: 'ping', count: 1, ago: 90_000 },
    ],
  });
  const service: Pick<Service, 'forwards' | 'links' | 'setLink' | 'cardActivity'> = {
    forwards: (id) =>
      (status(id).definition.forwards ?? []).map(({ address = '127.0.0.1', hostPort, guestPort, protocol = 'tcp' }) => {
        const problem = !runs(id)
          ? 'the machine is off'
          : taken.has(hostPort)
            ? `port ${hostPort} is in use by nginx (process 812)`
            : undefined;
        return { address, hostPort, guestPort, protocol, connections: guestPort === 22 ? 1 : 0, ...(problem ? { problem } : {}) };
      }),
    links,
    setLink(id, card, { isUp, rate, delay, loss }) {
      const networks = cardsOf(id).map((each, index) => {
        const { cable: before = {}, ...rest } = each;
        if (index !== card) return each;
        const cable = plainCable({
          unplugged: isUp === undefined ? before.unplugged : !isUp,
          rate: rate === undefined ? before.rate : rate || undefined,
          delay: delay ?? before.delay,
          loss: loss ?? before.loss,
        });
        return { ...rest, ...(cable ? { cable } : {}) };
      });
      store(id, networks);
      return links(id)[card] as LinkStatus;
    },
    cardActivity(id) {
      looks++;
      return links(id).map((link): CardActivity => {
        const history = { everyMs: 500, last: 200 + looks, toGuest: pieces(200, 300_000), fromGuest: pieces(200, 40_000) };
        return { link, traffic: { toGuest: 13 * MEBI, fromGuest: 320_000, history }, nat: nat() };
      });
    },
  };
  return { service, /** How often somebody looked. */ looks: () => looks };
}
