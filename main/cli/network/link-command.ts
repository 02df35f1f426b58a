/** `viv link`: the cable of a network card, pulled and plugged in while the machine runs, or made worse for tests. */
import { formatRate } from '../../../emulator/quantities/rates.ts';
import { DELAY_MAX, readRate } from '../../../preload/contract/definition/cable-fields.ts';
import type { CableChange, LinkStatus } from '../../../preload/contract/links.ts';
import { print, printJson } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, type Command } from '../command.ts';
import { findProgram, machineNamed, withProgram } from '../machines/program.ts';
import { table } from '../table.ts';
import { cardOf } from './find-card.ts';

const help = `viv link: pull or plug in the cable of a network card, also while its machine runs

Usage: viv link NAME [CARD] [up|down] [OPTION]... [--json]

CARD is the number of the card, from 1, the first where it is missing. With down the guest sees that it has lost its
carrier, and no frame passes; connections stay and stall. Without up, down and options the cables are listed.

For tests a cable can be slow, long or bad, each way:
  --rate BITS        bits a second, as 56k, 10M or 1G; none lifts the limit
  --delay MS         milliseconds on the way
  --loss PERCENT     of a hundred frames, so many are lost, as 0.5
  --seed NUMBER      what is lost depends on this number alone, until the machine stops

All this holds at once, and is kept with the machine: it starts with the same cables. No snapshot takes it back.

Examples:
  viv link box
  viv link box down
  viv link box 2 up
  viv link box --rate 1M --delay 40 --loss 1
  viv link box --rate none --delay 0 --loss 0
`;

const OPTIONS = {
  rate: { type: 'string' },
  delay: { type: 'string' },
  loss: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Reads `10M` as bits a second; 0 for `none`. @throws CallError */
function rateOf(text: string): number {
  const rate = text === 'none' ? 0 : readRate(text);
  if (rate === undefined) throw new CallError(`--rate takes bits a second, as 56k, 10M or 1G, or none, not "${text}"`);
  return rate;
}
function readNumber(option: string, text: string, wanted: string, is: (value: number) => boolean): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !is(value)) throw new CallError(`--${option} takes ${wanted}, not "${text}"`);
  return value;
}

interface Given {
  readonly rate?: string | undefined;
  readonly delay?: string | undefined;
  readonly loss?: string | undefined;
  readonly seed?: string | undefined;
}
function changeOf({ rate, delay, loss, seed }: Given, word: string | undefined): CableChange {
  return {
    ...(word === undefined ? {} : { isUp: word === 'up' }),
    ...(rate === undefined ? {} : { rate: rateOf(rate) }),
    ...(delay === undefined
      ? {}
      : { delay: readNumber('delay', delay, `whole milliseconds up to ${DELAY_MAX}`, (ms) => Number.isInteger(ms) && ms <= DELAY_MAX) }),
    ...(loss === undefined ? {} : { loss: readNumber('loss', loss, 'a number from 0 to 100', (percent) => percent <= 100) }),
    ...(seed === undefined
      ? {}
      : {
          seed: readNumber('seed', seed, 'a whole number from 1', (value) => Number.isInteger(value) && value >= 1 && value <= 0xffff_ffff),
        }),
  };
}

const row = ({ isUp, rate, delay, loss, lost }: LinkStatus, index: number): readonly string[] => [
  String(index + 1),
  isUp ? 'up' : 'down',
  rate === undefined ? '-' : formatRate(rate),
  delay === 0 ? '-' : `${delay} ms`,
  loss === 0 ? '-' : `${loss} %`,
  String(lost),
];

export const linkCommand: Command = {
  help,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [name, ...rest] = positionals;
    if (name === undefined) throw new CallError('NAME is missing');
    const word = rest.at(-1) === 'up' || rest.at(-1) === 'down' ? rest.pop() : undefined;
    const [card, stray] = rest;
    if (stray !== undefined) throw new CallError(`expected up or down, not "${stray}"`);
    const wanted = cardOf(card);
    const change = changeOf(values, word);
    return withProgram(findProgram('link'), async (program) => {
      const { id } = await machineNamed(program, name);
      const { machines } = program.client.services;
      if (Object.keys(change).length > 0) {
        const status = await machines.setLink(id, wanted, change);
        if (values.json) printJson(status);
        return EXIT.ok;
      }
      const all = await machines.links(id);
      if (values.json) printJson(card === undefined ? all : all[wanted]);
      else print(table([['CARD', 'CABLE', 'RATE', 'DELAY', 'LOSS', 'LOST'], ...all.map(row)]));
      return EXIT.ok;
    });
  },
};
