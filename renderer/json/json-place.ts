/** Where in a JSON text somebody types, however unfinished the text is. */

export interface TypingPlace {
  /** A field's name or a value is expected here. */
  readonly wants: 'name' | 'value';
  /** The object that the name is for, or the value itself. */
  readonly path: readonly string[];
  /** The word that is being typed; nothing where the caret is between words. */
  readonly from: number;
  readonly to: number;
  /** It without quotes, as far as the caret. */
  readonly typed: string;
  /** A word is being typed, or at least its quote. */
  readonly isBegun: boolean;
  /** The names that the object has besides. */
  readonly names: readonly string[];
  /** A colon follows already. */
  readonly hasColon: boolean;
  /** Where a comma is missing before it. */
  readonly commaAt: number | undefined;
  /** Another word follows: a comma would be missing behind it. */
  readonly needsComma: boolean;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
interface Frame {
  readonly isObject: boolean;
  readonly names: string[];
  name: string;
  items: number;
  wants: 'name' | 'colon' | 'value' | 'comma';
}

const TOKEN = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g;
const tokensOf = (text: string): readonly Token[] =>
  [...text.matchAll(TOKEN)].map(({ 0: found, index }) => ({ text: found, start: index, end: index + found.length }));

const isString = ({ text }: Token): boolean => text.startsWith('"');
const isClosed = ({ text }: Token): boolean => text.length > 1 && text.endsWith('"');
const isSign = ({ text }: Token): boolean => /^[{}[\],:]$/.test(text);
const nameOf = ({ text }: Token): string => text.replace(/^"|"$/g, '');

/** Whether the caret is in this word; behind a closed text it is not. */
function holds(token: Token, at: number): boolean {
  if (isSign(token) || at <= token.start) return false;
  return isString(token) && isClosed(token) ? at < token.end : at <= token.end;
}

function openFrame(stack: Frame[], isObject: boolean): void {
  stack.push({ isObject, names: [], name: '', items: 0, wants: isObject ? 'name' : 'value' });
}
function closeFrame(stack: Frame[]): void {
  stack.pop();
  const outer = stack.at(-1);
  if (outer) outer.wants = 'comma';
}

/** Goes on by one token; what is missing before it (a comma) is passed over. */
function follow(stack: Frame[], token: Token): void {
  const top = stack.at(-1);
  if (token.text === '{' || token.text === '[') return openFrame(stack, token.text === '{');
  if (token.text === '}' || token.text === ']') return closeFrame(stack);
  if (!top) return;
  if (token.text === ',') {
    top.items++;
    top.wants = top.isObject ? 'name' : 'value';
  } else if (token.text === ':') {
    top.wants = 'value';
  } else if (top.isObject && (top.wants === 'name' || (top.wants === 'comma' && isString(token)))) {
    top.name = nameOf(token);
    top.names.push(top.name);
    top.wants = 'colon';
  } else {
    top.wants = 'comma';
  }
}

/** The names behind the caret, up to the end of the object that it is in. */
function namesBehind(tokens: readonly Token[]): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.text === '{' || token.text === '[') depth++;
    else if (token.text === '}' || token.text === ']') depth--;
    else if (depth === 0 && isString(token) && tokens[index + 1]?.text === ':') names.push(nameOf(token));
    if (depth < 0) break;
  }
  return names;
}

/** What is expected at the caret; nothing outside of objects and lists, or where only a sign can stand. */
export function typingPlace(text: string, at: number): TypingPlace | undefined {
  const tokens = tokensOf(text);
  const current = tokens.find((token) => holds(token, at));
  const stack: Frame[] = [];
  const before = tokens.filter(({ end }) => end <= (current?.start ?? at));
  for (const token of before) follow(stack, token);
  const top = stack.at(-1);
  if (!top || top.wants === 'colon' || (top.wants === 'comma' && !top.isObject)) return undefined;
  const wants = top.wants === 'value' ? 'value' : 'name';
  const from = current?.start ?? at;
  // A text without its closing quote ends at the caret: what comes then was not meant to be in it.
  const to = current && (!isString(current) || isClosed(current)) ? current.end : at;
  const behind = tokens.filter(({ start }) => start >= to);
  const outer = stack.map((frame) => (frame.isObject ? frame.name : String(frame.items)));
  return {
    wants,
    path: wants === 'value' ? outer : outer.slice(0, -1),
    from,
    to,
    typed: text.slice(from, at).replace(/^"/, ''),
    isBegun: current !== undefined,
    names: [...top.names, ...namesBehind(behind)],
    hasColon: behind[0]?.text === ':',
    commaAt: top.wants === 'comma' ? before.at(-1)?.end : undefined,
    needsComma: behind[0] !== undefined && !isSign(behind[0]),
  };
}
