/**
 * Errors as closed values: a code, and the facts that its sentence needs. Only these cross threads, the wire and the
 * library; a catalogue puts them into words where a person reads them. Code decides by code or kind, never by words.
 */

/** What an error knows: plain data, or the error that it came from. */
export type Fact = string | number | boolean | undefined | Fault | readonly Fact[];
export type Facts = Readonly<Record<string, Fact>>;
/** An error as it crosses: plain data. */
export interface Fault {
  readonly code: string;
  readonly facts: Facts;
}

/**
 * What a caller can do about it. `invalid`: the arguments; `missing`: no such thing; `conflict`: not in this state;
 * `changed`: it is no longer what the caller had read, who may read it again; `readonly`, `full`, `damaged`, `locked`,
 * `newer` (a later version wrote it), `foreign` (another user's or another program's): why stored data cannot be used;
 * `unavailable`: the world lacks something else; `internal`: our bug; `told`: no error, but why something is as it is.
 */
export type ErrorKind =
  | 'invalid'
  | 'missing'
  | 'conflict'
  | 'changed'
  | 'readonly'
  | 'full'
  | 'damaged'
  | 'locked'
  | 'newer'
  | 'foreign'
  | 'unavailable'
  | 'internal'
  | 'told';

/** Puts an error that is a fact of another into words. */
export type Say = (fault: Fault) => string;

/** One error of a catalogue. */
export interface Entry<F> {
  readonly kind: ErrorKind;
  /** A sentence without its full stop: what happened and what to do next. */
  readonly words: (facts: F, say: Say) => string;
}
// An entry's facts are checked where the error is made; a catalogue is read with facts from anywhere.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Catalogue = Readonly<Record<string, Entry<any>>>;

/** Declares an error: its kind, and its words from its facts. */
export const entry = <F = Record<never, Fact>>(kind: ErrorKind, words: Entry<F>['words']): Entry<F> => ({ kind, words });

export type FactsOf<C extends Catalogue, Code extends keyof C> = C[Code] extends Entry<infer F> ? F : never;
/** The arguments after a code: its facts, which may be left out where none is needed, and the error's cause. */
export type FactsFor<C extends Catalogue, Code extends keyof C> =
  Record<never, Fact> extends FactsOf<C, Code>
    ? [facts?: FactsOf<C, Code>, options?: ErrorOptions]
    : [facts: FactsOf<C, Code>, options?: ErrorOptions];

const known = (catalogue: Catalogue, code: string): Entry<Facts> | undefined =>
  Object.hasOwn(catalogue, code) ? (catalogue[code] as Entry<Facts>) : undefined;

/** An error's words; of a code that only a later version knows, what can be told of it. Never throws. */
export function wordsOf(catalogue: Catalogue, fault: Fault): string {
  try {
    const words = known(catalogue, fault.code)?.words(fault.facts, (inner) => wordsOf(catalogue, inner));
    if (words !== undefined) return words;
  } catch {
    // Facts that another version declares otherwise.
  }
  return unknownWords(catalogue, fault);
}

function unknownWords(catalogue: Catalogue, { code, facts }: Fault): string {
  const shown = (fact: Fact): string => {
    if (Array.isArray(fact)) return fact.map(shown).join(', ');
    return typeof fact === 'object' ? wordsOf(catalogue, fact as Fault) : String(fact);
  };
  const told = Object.entries(facts ?? {}).map(([name, fact]) => `${name}: ${shown(fact)}`);
  return `${String(code).replaceAll('-', ' ')}${told.length > 0 ? ` (${told.join('; ')})` : ''}`;
}

/** The kind of an error; one that is not known is something that cannot be had. */
export const kindOf = (catalogue: Catalogue, { code }: Fault): ErrorKind => known(catalogue, code)?.kind ?? 'unavailable';

/** An error that says what a person can do. `message` is in the words of the catalogue of whoever made it. */
export abstract class CodedError extends Error implements Fault {
  readonly code: string;
  readonly facts: Facts;
  readonly kind: ErrorKind;

  constructor(catalogue: Catalogue, fault: Fault, options?: ErrorOptions) {
    super(wordsOf(catalogue, fault), options);
    this.code = fault.code;
    this.facts = fault.facts;
    this.kind = kindOf(catalogue, fault);
  }
}

/** An error as plain data, for a message or a record. */
export const faultOf = ({ code, facts }: Fault): Fault => ({ code, facts });
