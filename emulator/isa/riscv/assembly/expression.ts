/**
 * Expressions in assembly text: numbers, characters, symbols, `.` for the address of the statement, operators with C's
 * precedence, and `%hi`, `%lo`, `%pcrel_hi`, `%pcrel_lo` (RISC-V Assembly Programmer's Manual, "Relocation Functions").
 * Values are bigints; nothing is cut off before it is encoded.
 */

export interface ExpressionContext {
  /** Address of the statement. */
  readonly here: bigint;
  /** A symbol's value; throws for one that is not defined. */
  symbol(name: string): bigint;
  /** What the %pcrel_hi at an address referred to, for its %pcrel_lo. */
  pcrelTarget(address: bigint): bigint;
  /** Tells what the %pcrel_hi here refers to. */
  pcrelHi(target: bigint): void;
}

/** The upper 20 bits such that adding the sign-extended low twelve gives the value. */
export const upperPart = (value: bigint): bigint => ((value + 0x800n) >> 12n) & 0xfffffn;
export const lowerPart = (value: bigint): bigint => BigInt.asIntN(12, value);

const TOKEN = /\s*(?:(0[xX][\da-fA-F_]+|0[bB][01_]+|\d[\d_]*(?![\dbf]))|(\d+[bf])|'(\\.|[^\\'])'|(%\w+)|([A-Za-z_.$][\w.$]*)|(<<|>>|[-+*/%&|^~()]))/y;
const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, b: 8, e: 27, 0: 0, '\\': 92, "'": 39 };
const PRECEDENCE: Readonly<Record<string, number>> = { '|': 1, '^': 2, '&': 3, '<<': 4, '>>': 4, '+': 5, '-': 5, '*': 6, '/': 6, '%': 6 };

interface Token {
  readonly kind: 'value' | 'symbol' | 'function' | 'operator';
  readonly text: string;
  readonly value?: bigint;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`"${text.slice(from).trim()}" is no expression`);
    const [whole, number, local, character, func, symbol, operator] = match;
    if (number) found.push({ kind: 'value', text: number, value: BigInt(number.replaceAll('_', '')) });
    else if (character) found.push({ kind: 'value', text: whole, value: BigInt(character[0] === '\\' ? (ESCAPES[character[1]!] ?? character.charCodeAt(1)) : character.codePointAt(0)!) });
    else if (func && /^%(hi|lo|pcrel_hi|pcrel_lo)$/.test(func)) found.push({ kind: 'function', text: func });
    else if (func) throw new Error(`there is no function "${func}"`);
    else if (local ?? symbol) found.push({ kind: 'symbol', text: (local ?? symbol)! });
    else found.push({ kind: 'operator', text: operator! });
  }
  return found;
}

/** @throws Error saying what is wrong with the text */
export function evaluate(text: string, context: ExpressionContext): bigint {
  const list = tokens(text);
  let at = 0;
  const take = (expected?: string): Token => {
    const token = list[at++];
    if (!token || (expected && token.text !== expected)) throw new Error(expected ? `"${text}" lacks a "${expected}"` : `"${text}" ends too early`);
    return token;
  };
  const primary = (): bigint => {
    const token = take();
    if (token.kind === 'value') return token.value!;
    if (token.kind === 'symbol') return token.text === '.' ? context.here : context.symbol(token.text);
    if (token.kind === 'function') return relocation(token.text);
    if (token.text === '-') return -primary();
    if (token.text === '+') return primary();
    if (token.text === '~') return ~primary();
    if (token.text !== '(') throw new Error(`"${token.text}" in "${text}" needs a value before it`);
    const value = binary(1);
    take(')');
    return value;
  };
  const relocation = (name: string): bigint => {
    take('(');
    const value = binary(1);
    take(')');
    if (name === '%hi') return upperPart(value);
    if (name === '%lo') return lowerPart(value);
    if (name === '%pcrel_lo') return lowerPart(context.pcrelTarget(value) - value);
    context.pcrelHi(value);
    return upperPart(value - context.here);
  };
  const binary = (least: number): bigint => {
    let left = primary();
    for (;;) {
      const operator = list[at];
      const precedence = operator?.kind === 'operator' ? (PRECEDENCE[operator.text] ?? 0) : 0;
      if (precedence < least || precedence === 0) return left;
      at++;
      left = apply(operator!.text, left, binary(precedence + 1));
    }
  };
  const value = binary(1);
  if (at < list.length) throw new Error(`"${list[at]!.text}" in "${text}" is unexpected`);
  return value;
}

function apply(operator: string, a: bigint, b: bigint): bigint {
  if ((operator === '/' || operator === '%') && b === 0n) throw new Error('division by zero');
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '%': return a % b;
    case '&': return a & b;
    case '|': return a | b;
    case '^': return a ^ b;
    case '<<': return a << b;
    default: return a >> b;
  }
}
