/** Integer operations on known operands: what lets a row with constant operands shrink to its essence. */

export type Folded = bigint | number | boolean;

const signed = (value: bigint) => BigInt.asIntN(64, value);
const unsigned = (value: bigint) => BigInt.asUintN(64, value);

/** The 64-bit result of a named operation, or undefined where it does not fold (division, counting). */
export function foldI64(name: string, a: bigint | number, b: bigint | number): Folded | undefined {
  const x = signed(BigInt(a));
  const y = signed(BigInt(b));
  const shift = y & 63n;
  switch (name) {
    case 'add':
      return signed(x + y);
    case 'sub':
      return signed(x - y);
    case 'mul':
      return signed(x * y);
    case 'and':
      return x & y;
    case 'or':
      return x | y;
    case 'xor':
      return x ^ y;
    case 'shl':
      return signed(x << shift);
    case 'shrS':
      return x >> shift;
    case 'shrU':
      return signed(unsigned(x) >> shift);
    case 'eq':
      return x === y;
    case 'ne':
      return x !== y;
    case 'ltS':
      return x < y;
    case 'ltU':
      return unsigned(x) < unsigned(y);
    case 'gtS':
      return x > y;
    case 'gtU':
      return unsigned(x) > unsigned(y);
    case 'leS':
      return x <= y;
    case 'leU':
      return unsigned(x) <= unsigned(y);
    case 'geS':
      return x >= y;
    case 'geU':
      return unsigned(x) >= unsigned(y);
    default:
      return undefined;
  }
}

/** The same for 32 bits. */
export function foldI32(name: string, a: bigint | number, b: bigint | number): Folded | undefined {
  const x = Number(a) | 0;
  const y = Number(b) | 0;
  switch (name) {
    case 'add':
      return (x + y) | 0;
    case 'sub':
      return (x - y) | 0;
    case 'mul':
      return Math.imul(x, y);
    case 'and':
      return x & y;
    case 'or':
      return x | y;
    case 'xor':
      return x ^ y;
    case 'shl':
      return x << y;
    case 'shrS':
      return x >> y;
    case 'shrU':
      return (x >>> y) | 0;
    case 'eq':
      return x === y;
    case 'ne':
      return x !== y;
    case 'ltS':
      return x < y;
    case 'ltU':
      return x >>> 0 < y >>> 0;
    case 'gtS':
      return x > y;
    case 'gtU':
      return x >>> 0 > y >>> 0;
    case 'leS':
      return x <= y;
    case 'leU':
      return x >>> 0 <= y >>> 0;
    case 'geS':
      return x >= y;
    case 'geU':
      return x >>> 0 >= y >>> 0;
    default:
      return undefined;
  }
}
