/**
 * JSON from outside, looked over before it is parsed: a small text of brackets and commas makes objects a hundred times
 * its size, and all of them exist before any check of their shape.
 */

export interface JsonLimits {
  /** Lists and objects within one another. */
  readonly depth: number;
  /** Values together, however deep. */
  readonly values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Where the string that begins at `at` ends; the text's length when it does not. */
function endOfString(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) index++;
    else if (code === QUOTE) return index;
  }
  return text.length;
}

/**
 * Parses JSON that stays within limits.
 * @throws SyntaxError for text that is not JSON; RangeError beyond the limits, before anything is made of it
 */
export function parseBoundedJson(text: string, { depth, values }: JsonLimits): unknown {
  let inside = 0;
  let count = 1;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === COMMA) count++;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      count++;
      if (++inside > depth) throw new RangeError(`JSON with more than ${depth} levels`);
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) inside--;
    if (count > values) throw new RangeError(`JSON of more than ${values} values`);
  }
  return JSON.parse(text) as unknown;
}
