/** Reads JSON and remembers where everything stands, so that a fault can be shown at its place (RFC 8259). */
import { t } from '../../words/words.ts';

/** From the first character to behind the last, counted from 0. */
export interface Place {
  readonly start: number;
  readonly end: number;
}
export interface JsonFault extends Place {
  /** A sentence. */
  readonly message: string;
}
export interface JsonText {
  readonly value: unknown;
  /** Values by their paths: `boot.kernel`, `disks.0.path`; the whole text is ''. */
  readonly values: ReadonlyMap<string, Place>;
  /** The keys of an object's fields, by the same paths. */
  readonly keys: ReadonlyMap<string, Place>;
}

/** Deeper than any definition. */
const DEPTH_MAX = 32;
const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

class Fault extends Error {
  readonly place: Place;
  constructor(message: string, start: number, end = start + 1) {
    super(message);
    this.place = { start, end };
  }
}

class Reader {
  readonly values = new Map<string, Place>();
  readonly keys = new Map<string, Place>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    const value = this.#value('', 0);
    this.#space();
    if (this.#at < this.#text.length) throw new Fault(t('hardware.textEnds'), this.#at, this.#text.length);
    return value;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text.charAt(this.#at))) this.#at++;
  }
  #next(): string {
    this.#space();
    return this.#text.charAt(this.#at);
  }
  /** Whether this sign is next; it is taken. */
  #takes(sign: string): boolean {
    if (this.#next() !== sign) return false;
    this.#at++;
    return true;
  }

  #value(path: string, depth: number): unknown {
    const sign = this.#next();
    const start = this.#at;
    if (depth > DEPTH_MAX) throw new Fault(t('hardware.tooDeep'), start);
    const value =
      sign === '{'
        ? this.#object(path, depth)
        : sign === '['
          ? this.#list(path, depth)
          : sign === '"'
            ? this.#string(t('hardware.closeText'))
            : this.#word();
    this.values.set(path, { start, end: this.#at });
    return value;
  }

  #object(path: string, depth: number): object {
    const fields: [string, unknown][] = [];
    this.#at++;
    for (let first = true; !this.#takes('}'); first = false) {
      if (!first && !this.#takes(',')) throw this.#unfinished(t('hardware.commaOrBrace', { brace: '}' }));
      if (!first && this.#next() === '}') throw new Fault(t('hardware.noCommaBrace', { brace: '}' }), this.#at);
      const start = this.#at + (this.#next(), 0);
      if (this.#next() !== '"') throw this.#missing(t('hardware.nameMissing'));
      const key = this.#string(t('hardware.closeName'));
      const inner = path === '' ? key : `${path}.${key}`;
      const place = { start: this.#text.indexOf('"', start), end: this.#at };
      if (this.keys.has(inner)) throw new Fault(t('hardware.twice', { key }), place.start, place.end);
      this.keys.set(inner, place);
      if (!this.#takes(':')) throw this.#missing(t('hardware.colonMissing'));
      fields.push([key, this.#value(inner, depth + 1)]);
    }
    return Object.fromEntries(fields);
  }

  #list(path: string, depth: number): readonly unknown[] {
    const items: unknown[] = [];
    this.#at++;
    while (!this.#takes(']')) {
      if (items.length > 0 && !this.#takes(',')) throw this.#unfinished(t('hardware.commaOrBracket'));
      if (items.length > 0 && this.#next() === ']') throw new Fault(t('hardware.noCommaBracket'), this.#at);
      items.push(this.#value(path === '' ? String(items.length) : `${path}.${items.length}`, depth + 1));
    }
    return items;
  }

  #string(unclosed: string): string {
    const start = this.#at;
    const [quoted] = /^"(?:[^"\\\n]|\\.)*"/.exec(this.#text.slice(start)) ?? [];
    const line = this.#text.indexOf('\n', start);
    if (quoted === undefined) throw new Fault(unclosed, start, line < 0 ? this.#text.length : line);
    this.#at = start + quoted.length;
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw new Fault(t('hardware.badCharacter'), start, this.#at);
    }
  }

  #word(): unknown {
    const start = this.#at;
    const [word = ''] = /^[^\s,:{}[\]"]+/.exec(this.#text.slice(start)) ?? [];
    this.#at += word.length;
    if (Object.hasOwn(WORDS, word)) return WORDS[word];
    if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(word)) return Number(word);
    if (word === '') throw this.#missing(t('hardware.valueMissing'));
    throw new Fault(
      /^[-+.\d]/.test(word) ? t('numbers.notNumber', { text: word }) : t('hardware.writeInQuotes', { word }),
      start,
      this.#at,
    );
  }

  /** At the sign that is there instead, or behind the last one where the text ends. */
  #missing(message: string): Fault {
    return this.#next() === '' ? this.#unfinished(message) : new Fault(message, this.#at);
  }
  /** At the end of what comes before: a comma is missing in the line that lacks it, not in the next one. */
  #unfinished(message: string): Fault {
    const end = this.#text.slice(0, this.#at).trimEnd().length;
    return new Fault(message, Math.max(0, end - 1), Math.max(1, end));
  }
}

/** The value with its places, or the first fault. */
export function readJson(text: string): JsonText | { readonly fault: JsonFault } {
  const reader = new Reader(text);
  try {
    return { value: reader.whole(), values: reader.values, keys: reader.keys };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { fault: { ...error.place, message: error.message } };
  }
}
