/** The cable of a network card: its owner pulls it and makes it slow, long or bad, while the machine runs too. */
import { flag, optional, passing, record, whole } from '../schema/shapes.ts';
import { OptionError } from './field.ts';

export interface CableDefinition {
  /** It is out. */
  readonly unplugged?: boolean;
  /** Bits a second, each way; absent: as many as it can. */
  readonly rate?: number;
  /** Milliseconds on the way, each way. */
  readonly delay?: number;
  /** Of a hundred frames, so many are lost. */
  readonly loss?: number;
}

/** The same where a value may be said to be absent. */
export type LooseCable = { readonly [K in keyof CableDefinition]?: CableDefinition[K] | undefined };

export const RATE_MAX = 1e12;
export const DELAY_MAX = 60_000;
export const lossShape = passing<number>(
  (value) => typeof value === 'number' && value >= 0 && value <= 100,
  'must be a number from 0 to 100',
);
export const cable = record({
  unplugged: optional(flag),
  rate: optional(whole(1, RATE_MAX)),
  delay: optional(whole(0, DELAY_MAX)),
  loss: optional(lossShape),
});

const RATE_UNITS = { G: 1e9, M: 1e6, k: 1e3 } as const;

/** Reads `56k`, `1.5M` or `1G` as bits a second; undefined for what is none. */
export function readRate(text: string): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? [];
  const rate = Math.round(Number(digits) * (RATE_UNITS[unit as keyof typeof RATE_UNITS] ?? 1));
  return digits !== undefined && rate >= 1 && rate <= RATE_MAX ? rate : undefined;
}
/** Bits a second in the largest unit that gives them exactly: `1500k`. */
export function writeRate(rate: number): string {
  const [unit, size] = Object.entries(RATE_UNITS).find(([, each]) => rate % each === 0) ?? ['', 1];
  return `${rate / size}${unit}`;
}

const number = (text: string): number => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN);

/**
 * Reads one word of a card's option that is about its cable: `unplugged`, `rate=1M`, `delay=40`, `loss=0.5`.
 * @returns undefined where it is about something else @throws OptionError where its value is none
 */
export function readCableWord(word: string): CableDefinition | undefined {
  if (word === 'unplugged') return { unplugged: true };
  const [, key, value = ''] = /^(rate|delay|loss)=(.*)$/.exec(word) ?? [];
  if (key === 'rate') return { rate: readRate(value) ?? refuse('rate', 'bits a second, as 56k, 10M or 1G', value) };
  if (key === 'delay') {
    const delay = number(value);
    if (!Number.isInteger(delay) || delay > DELAY_MAX) refuse('delay', `whole milliseconds up to ${DELAY_MAX}`, value);
    return { delay };
  }
  if (key !== 'loss') return undefined;
  const loss = number(value);
  if (!(loss <= 100)) refuse('loss', 'a number from 0 to 100', value);
  return { loss };
}
const refuse = (key: string, wanted: string, text: string): never => {
  throw new OptionError(`takes after ${key}= ${wanted}, not "${text}"`);
};

export const writeCable = ({ unplugged, rate, delay, loss }: CableDefinition = {}): readonly string[] => [
  ...(unplugged ? ['unplugged'] : []),
  ...(rate === undefined ? [] : [`rate=${writeRate(rate)}`]),
  ...(delay === undefined ? [] : [`delay=${delay}`]),
  ...(loss === undefined ? [] : [`loss=${loss}`]),
];

/** A cable without what says nothing; undefined for a plain one that is in. */
export function plainCable({ unplugged = false, rate, delay = 0, loss = 0 }: LooseCable = {}): CableDefinition | undefined {
  const made = {
    ...(unplugged ? { unplugged } : {}),
    ...(rate === undefined ? {} : { rate }),
    ...(delay === 0 ? {} : { delay }),
    ...(loss === 0 ? {} : { loss }),
  };
  return Object.keys(made).length === 0 ? undefined : made;
}
