/** `viv network`: networks that machines share. */
import { NETWORK_KINDS, type NetworkKind, type NetworkMember } from '../../../preload/contract/networks.ts';
import { NETWORK_SETTINGS, NETWORK_SETTINGS_HELP, readNetworkSettings, settingsText } from './network-settings.ts';
import { print, printError, printJson } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import { commandGroup, type Part } from '../command-group.ts';
import { findProgram, withProgram } from '../machines/program.ts';
import { table } from '../table.ts';

const create: Part = {
  summary: 'make a network',
  help: `viv network create: make a network that machines can share

Usage: viv network create NAME [--kind nat|host-only|isolated] [--restrict] [--allow PLACE]... [--deny PLACE]...
                          [--mtu BYTES]

  --kind nat         machines see each other, by name too, and reach whatever your computer reaches (the default)
  --kind host-only   machines see each other, and the ports of your computer that a card lists with host-port=PORT
  --kind isolated    machines see each other alone; the network gives them no addresses

What cards on it have that do not say otherwise themselves (viv set --net NETWORK,deny=lan):
${NETWORK_SETTINGS_HELP}

Examples:
  viv network create office
  viv network create lab --kind isolated
  viv network create visitors --deny lan --deny '*:25'
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { kind: { type: 'string' }, ...NETWORK_SETTINGS });
    const [name] = words(positionals, 'NAME') as [string];
    const kind = NETWORK_KINDS.find((each) => each === (values.kind ?? ('nat' satisfies NetworkKind)));
    if (!kind) throw new CallError(`--kind must be one of ${NETWORK_KINDS.join(', ')}, not "${values.kind}"`);
    const settings = readNetworkSettings(values);
    await withProgram(findProgram('network'), ({ client }) => client.services.networks.create({ name, kind, ...settings }));
    return EXIT.ok;
  },
};

const set: Part = {
  summary: 'say what cards on a network have',
  help: `viv network set: say where machines on a network may connect, and how large packets are

Usage: viv network set NAME [--restrict] [--allow PLACE]... [--deny PLACE]... [--mtu BYTES]

Replaces what was said before: without options cards reach whatever the network leads to, with packets of 1500 bytes. A
card that says something of its reach or MTU itself keeps to that. Where machines may connect holds at once: connections
of running ones to places that are closed to them now end. The MTU they get with their next start, since a guest's
driver reads it then.

${NETWORK_SETTINGS_HELP}

Examples:
  viv network set office --deny lan
  viv network set office --allow 203.0.113.0/24:443 --mtu 9000
  viv network set office
`,
  async run(args) {
    const { values, positionals } = readArguments(args, NETWORK_SETTINGS);
    const [name] = words(positionals, 'NAME') as [string];
    const settings = readNetworkSettings(values);
    await withProgram(findProgram('network'), async ({ client }) => {
      await client.services.networks.set(name, settings);
      const { members = [] } = (await client.services.networks.list()).find((network) => network.name === name) ?? {};
      const old = members.filter(({ needsRestart }) => needsRestart).map(({ machine }) => machine);
      if (old.length > 0) printError(`viv: running with the MTU of before until they are restarted: ${[...new Set(old)].join(', ')}`);
    });
    return EXIT.ok;
  },
};

const memberText = (
  { machine, card, mac, address, isRunning, isTemporary, needsRestart }: NetworkMember,
  _: number,
  all: readonly NetworkMember[],
): readonly string[] => [
  '',
  machine,
  String(card + 1),
  mac ?? '',
  address ?? '',
  [
    isRunning ? 'running' : 'off',
    ...(isTemporary ? ['(viv run)'] : []),
    ...(isRunning && all.some((other) => other.isRunning && other.machine !== machine && other.mac === mac) ? ['MAC twice'] : []),
    ...(needsRestart ? ['restart for its new MTU'] : []),
  ]
    .join(', ')
    .replace(', (', ' ('),
];

const list: Part = {
  summary: 'list the networks and who is on them',
  help: `viv network list: list the networks, and the machines with a card on each

Usage: viv network list [--json]

Examples:
  viv network list
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    words(positionals);
    const all = await withProgram(findProgram('network'), ({ client }) => client.services.networks.list());
    if (values.json) printJson(all);
    else if (all.length === 0) printError('viv: no networks: make one with viv network create NAME');
    else {
      const rows = all.flatMap(({ name, kind, subnet, members, ...settings }) => [
        [name, `(${kind})`, '', '', subnet ?? '', settingsText(settings)],
        ...members.map(memberText),
      ]);
      print(table([['NETWORK', 'MACHINE', 'CARD', 'MAC', 'ADDRESS', 'STATE'], ...rows]));
    }
    return EXIT.ok;
  },
};

const remove: Part = {
  summary: 'delete a network that no machine uses',
  help: `viv network delete: delete a network that no machine has a card on

Usage: viv network delete NAME

Examples:
  viv network delete office
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name] = words(positionals, 'NAME') as [string];
    await withProgram(findProgram('network'), ({ client }) => client.services.networks.delete(name));
    return EXIT.ok;
  },
};

export const networkCommand = commandGroup({
  name: 'network',
  title: 'networks that machines share',
  notes: `A card is put on one with --net NAME of viv create and viv set. Machines find each other as MACHINE or
MACHINE.viv.internal.`,
  examples: ['viv network create office', 'viv create a --template debian-riscv64 --net office', 'viv network list'],
  parts: { create, set, list, delete: remove },
});
