/** Assembly text to statements: labels, a name, operands; comments gone, strings kept whole. */

export interface Statement {
  /** From 1. */
  readonly line: number;
  readonly labels: readonly string[];
  /** An instruction or directive; empty for a line that only has labels. */
  readonly name: string;
  readonly operands: readonly string[];
}

/** A string in quotes, or a character in quotes. */
const QUOTED = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])'/;
const COMMENT = new RegExp(`(${QUOTED.source})|#.*|//.*`, 'g');
const OPERAND = new RegExp(`(?:${QUOTED.source}|[^,"'])+`, 'g');

/** `#` and `//` begin a comment. */
export function parseStatements(source: string): Statement[] {
  return source.split('\n').flatMap((text, index) => {
    let rest = text.replace(COMMENT, (_, quoted: string | undefined) => quoted ?? '').trim();
    const labels: string[] = [];
    for (let match; (match = /^([\w.$]+):\s*/.exec(rest)); rest = rest.slice(match[0].length)) labels.push(match[1]!);
    if (rest === '' && labels.length === 0) return [];
    const name = /^\S*/.exec(rest)![0];
    const operands = (rest.slice(name.length).match(OPERAND) ?? []).map((operand) => operand.trim()).filter((operand) => operand !== '');
    return [{ line: index + 1, labels, name: name.toLowerCase(), operands }];
  });
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, b: 8, e: 27, 0: 0, '"': 34, '\\': 92 };

/** The bytes of a quoted string, in UTF-8. @throws Error for what is no string */
export function stringBytes(text: string): number[] {
  if (!/^"(?:\\.|[^"\\])*"$/.test(text)) throw new Error(`${text || 'nothing'} is no string in double quotes`);
  const bytes: number[] = [];
  const inside = text.slice(1, -1);
  for (let at = 0; at < inside.length; ) {
    const point = inside.codePointAt(at)!;
    if (point !== 92) {
      bytes.push(...utf8(point));
      at += point > 0xffff ? 2 : 1;
      continue;
    }
    const hex = /^\\x([\da-fA-F]{2})/.exec(inside.slice(at));
    const escape = ESCAPES[inside[at + 1]!];
    if (!hex && escape === undefined) throw new Error(`there is no escape "\\${inside[at + 1]}"`);
    bytes.push(hex ? parseInt(hex[1]!, 16) : escape!);
    at += hex ? 4 : 2;
  }
  return bytes;
}

function utf8(point: number): number[] {
  if (point < 0x80) return [point];
  const tail = (shift: number) => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}
