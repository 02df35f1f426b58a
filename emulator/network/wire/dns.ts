/** DNS messages (RFC 1035) as far as a forwarder reads and writes them itself. */
import { bytesOf4, bytesOf6 } from './address.ts';

export const TYPE = { a: 1, cname: 5, ptr: 12, aaaa: 28, opt: 41 } as const;
/** Types that are asked for often, as resolvers write them; more have a number (RFC 3597, section 5). */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  35: 'NAPTR',
  43: 'DS',
  48: 'DNSKEY',
  64: 'SVCB',
  65: 'HTTPS',
  255: 'ANY',
  257: 'CAA',
};
export const typeText = (type: number): string => TYPE_NAMES[type] ?? `TYPE${type}`;
export const CLASS_IN = 1;
/** Answers' codes. */
export const CODE = { fine: 0, malformed: 1, failed: 2, noSuchName: 3, notImplemented: 4, refused: 5 } as const;
/** Without an agreement over more, an answer over UDP has at most so many bytes. */
export const PLAIN_BYTES = 512;
/** What we take and announce (as the large resolvers do, to avoid fragments). */
export const EXTENDED_BYTES = 1232;

const HEADER_BYTES = 12;
const NAME_MAX = 253;

export interface Question {
  readonly id: number;
  /** In small letters, without the final dot. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** It is a standard query with one question. */
  readonly isStandard: boolean;
  readonly wantsRecursion: boolean;
  /** What its asker takes over UDP (RFC 6891); absent: no word of it. */
  readonly extended?: number;
  /** Its bytes from header to question's end. */
  readonly end: number;
}

/** Reads the question of a message; undefined where it has none that can be read. */
export function readQuestion(bytes: Uint8Array): Question | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint16(2);
  if ((flags & 0x8000) !== 0) return undefined;
  const questions = view.getUint16(4);
  const read = readName(bytes, HEADER_BYTES);
  if (questions < 1 || !read || read.end + 4 > bytes.length) return undefined;
  const end = read.end + 4;
  const extended = view.getUint16(6) === 0 && view.getUint16(8) === 0 ? extendedOf(bytes, end, view.getUint16(10)) : undefined;
  return {
    id: view.getUint16(0),
    name: read.name.toLowerCase(),
    type: view.getUint16(read.end),
    class: view.getUint16(read.end + 2),
    isStandard: questions === 1 && (flags & 0x7800) === 0,
    wantsRecursion: (flags & 0x0100) !== 0,
    ...(extended === undefined ? {} : { extended }),
    end,
  };
}

/** A name without pointers, which questions have no use for. */
function readName(bytes: Uint8Array, from: number): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = from;
  let length = 0;
  for (;;) {
    const size = bytes[at];
    if (size === undefined || size > 63) return undefined;
    at++;
    if (size === 0) return { name: labels.join('.'), end: at };
    if (at + size > bytes.length) return undefined;
    length += size + 1;
    if (length > NAME_MAX + 1) return undefined;
    labels.push(String.fromCharCode(...bytes.subarray(at, at + size)));
    at += size;
  }
}

function extendedOf(bytes: Uint8Array, at: number, count: number): number | undefined {
  if (count === 0 || at + 11 > bytes.length || bytes[at] !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return view.getUint16(at + 1) === TYPE.opt ? view.getUint16(at + 3) : undefined;
}

/** What a record says, ready to be written. */
export interface Answer {
  readonly type: number;
  /** Seconds. */
  readonly lifetime: number;
  readonly data: Uint8Array;
}
/** An address as a record; undefined for text that is none. */
export function addressAnswer(address: string, lifetime: number): Answer | undefined {
  const four = bytesOf4(address);
  if (four) return { type: TYPE.a, lifetime, data: four };
  const six = bytesOf6(address);
  return six && { type: TYPE.aaaa, lifetime, data: six };
}
/** A name as labels. */
export function nameBytes(name: string): Uint8Array {
  const bytes: number[] = [];
  for (const label of name.split('.')) bytes.push(label.length, ...[...label].map((letter) => letter.charCodeAt(0) & 0xff));
  return Uint8Array.from([...bytes, 0]);
}

const OPT_BYTES = 11;

/** The answer to a question: its own bytes, then records of the name that was asked for. As many as `limit` bytes hold; fewer are marked. */
export function dnsReply(
  asked: Uint8Array,
  question: Question,
  code: number,
  answers: readonly Answer[],
  limit: number,
): Uint8Array<ArrayBuffer> {
  const records: Answer[] = [];
  let size = question.end + (question.extended === undefined ? 0 : OPT_BYTES);
  for (const answer of answers) {
    if (size + 12 + answer.data.length > limit) break;
    size += 12 + answer.data.length;
    records.push(answer);
  }
  const bytes = new Uint8Array(size);
  bytes.set(asked.subarray(0, question.end));
  const view = new DataView(bytes.buffer);
  const cut = records.length < answers.length ? 0x0200 : 0;
  const opcode = view.getUint16(2) & 0x7800;
  view.setUint16(2, 0x8080 | opcode | cut | (question.wantsRecursion ? 0x0100 : 0) | code);
  for (const [at, count] of [
    [4, 1],
    [6, records.length],
    [8, 0],
    [10, question.extended === undefined ? 0 : 1],
  ] as const)
    view.setUint16(at, count);
  let at = question.end;
  for (const { type, lifetime, data } of records) {
    // A pointer to the name in the question.
    view.setUint16(at, 0xc000 | HEADER_BYTES);
    view.setUint16(at + 2, type);
    view.setUint16(at + 4, CLASS_IN);
    view.setUint32(at + 6, lifetime);
    view.setUint16(at + 10, data.length);
    bytes.set(data, at + 12);
    at += 12 + data.length;
  }
  if (question.extended !== undefined) {
    view.setUint16(at + 1, TYPE.opt);
    view.setUint16(at + 3, EXTENDED_BYTES);
  }
  return bytes;
}
