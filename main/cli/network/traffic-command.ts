/** `viv traffic`: what a running guest's network is doing. */
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { durationText } from '../../../emulator/quantities/durations.ts';
import { formatRate } from '../../../emulator/quantities/rates.ts';
import type { CardActivity, NatReport, TrafficReport } from '../../../preload/contract/card-activity.ts';
import { flowState, lastTime, outcomeWords, placeText, unreachedWords } from '../../../preload/contract/traffic-words.ts';
import { print, printJson } from '../../output/print.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { findProgram, machineNamed, withProgram } from '../machines/program.ts';
import { table } from '../table.ts';

const help = `viv traffic: show what the network of a running machine is doing

Usage: viv traffic NAME [--json]

Lists the machine's network cards with what went through them, its connections and those that ended lately, the names
its guest asked for with their answers, and what it could not reach and why. Rates are those of the last half second;
with --json there are two minutes of them.

Examples:
  viv traffic box
  viv traffic box --json
`;

const rateOf = ({ history: { everyMs } }: TrafficReport, bytes: readonly number[]): string =>
  formatRate(((bytes.at(-1) ?? 0) * 8000) / everyMs);

const cardRow = ({ link, traffic, nat }: CardActivity, index: number): readonly string[] => [
  String(index + 1),
  link.isUp ? 'up' : 'down',
  nat ? `${nat.address}${nat.isHere ? '' : ' (not in use yet)'}` : '-',
  formatBytes(traffic.toGuest),
  rateOf(traffic, traffic.history.toGuest),
  formatBytes(traffic.fromGuest),
  rateOf(traffic, traffic.history.fromGuest),
];

/** A heading and its table, where there is anything. */
const part = (heading: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0 ? [] : [table([heading, ...rows])];

const natParts = ({ flows, ended, questions, unreached }: NatReport): readonly string[] => [
  ...part(
    ['PROTOCOL', 'GUEST PORT', 'OTHER END', 'RECEIVED', 'SENT', 'AGE', 'STATE'],
    [...flows, ...ended].map((flow) => [
      flow.protocol,
      String(flow.guestPort),
      placeText(flow.peer, flow.peerPort),
      formatBytes(flow.toGuest),
      formatBytes(flow.fromGuest),
      durationText(flow.age),
      flowState(flow),
    ]),
  ),
  ...part(
    ['NAME', 'TYPE', 'ANSWER', 'LAST'],
    questions.map((question) => [question.name || '.', question.type, outcomeWords(question), lastTime(question)]),
  ),
  ...part(
    ['OUT OF REACH', 'PROTOCOL', 'WHY', 'LAST'],
    unreached.map((one) => [placeText(one.address, one.port), one.protocol, unreachedWords(one), lastTime(one)]),
  ),
];

export const trafficCommand: Command = {
  help,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name] = words(positionals, 'NAME') as [string];
    const cards = await withProgram(findProgram('traffic'), async (program) => {
      const { id } = await machineNamed(program, name);
      return program.client.services.machines.cardActivity(id);
    });
    if (values.json) {
      printJson(cards);
      return EXIT.ok;
    }
    const all = [
      table([['CARD', 'CABLE', 'ADDRESS', 'RECEIVED', 'NOW', 'SENT', 'NOW'], ...cards.map(cardRow)]),
      ...cards.flatMap(({ nat }) => (nat ? natParts(nat) : [])),
    ];
    print(all.join('\n\n'));
    return EXIT.ok;
  },
};
