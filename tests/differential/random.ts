/** Random numbers from a seed that is printed when a test fails, and the numbers that find bugs. */

export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** 32 random bits (Tommy Ettinger's mulberry32). */
  bits32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }
  bits64(): bigint {
    return (BigInt(this.bits32()) << 32n) | BigInt(this.bits32());
  }
  /** From 0 to `count` - 1. */
  below(count: number): number {
    return this.bits32() % count;
  }
  /** Both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }
  chance(part: number): boolean {
    return this.bits32() < part * 2 ** 32;
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** An integer's 64 bits: edges as often as anything. */
  integer(): bigint {
    switch (this.below(6)) {
      case 0:
        return BigInt.asUintN(
          64,
          this.pick([0n, 1n, -1n, 2n, -2n, 1n << 63n, (1n << 63n) - 1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, -0x8000_0000n]),
        );
      case 1:
        return 1n << BigInt(this.below(64));
      case 2:
        return BigInt.asUintN(64, BigInt(this.between(-100, 100)));
      case 3:
        return BigInt.asUintN(64, BigInt.asIntN(32, this.bits64()));
      default:
        return this.bits64();
    }
  }
  /** A double's bits. */
  double(): bigint {
    return this.#float(52, 11);
  }
  /** A register that holds a single: mostly NaN-boxed. */
  boxedSingle(): bigint {
    const single = this.#float(23, 8);
    return this.chance(0.95) ? (0xffff_ffffn << 32n) | single : ((this.bits64() << 32n) & 0xffff_ffff_0000_0000n) | single;
  }

  #float(fraction: number, exponent: number): bigint {
    const ones = (1n << BigInt(exponent)) - 1n;
    const build = (sign: number, power: bigint, digits: bigint) =>
      (BigInt(sign) << BigInt(fraction + exponent)) | (power << BigInt(fraction)) | (digits & ((1n << BigInt(fraction)) - 1n));
    const sign = this.below(2);
    const bias = ones >> 1n;
    switch (this.below(10)) {
      case 0:
        return build(sign, this.pick([0n, ones]), 0n); // zero, infinity
      case 1:
        return build(sign, ones, this.pick([1n, 1n << BigInt(fraction - 1), this.bits64() | 1n])); // NaNs of both kinds
      case 2:
        return build(sign, 0n, this.pick([1n, -1n, this.bits64()])); // subnormal
      case 3:
        return build(sign, this.pick([1n, ones - 1n, 2n]), this.pick([0n, -1n, this.bits64()])); // at the range's ends
      case 4:
        return build(sign, bias + BigInt(this.between(0, 65)), this.pick([0n, -1n, this.bits64()])); // about an integer's range
      case 5:
        return build(sign, bias + BigInt(this.between(-2, 6)), this.bits64() & (~0n << BigInt(fraction - 4))); // few digits: exact sums
      case 6:
        return build(sign, this.bits64() & ones, this.bits64());
      default:
        return build(sign, bias + BigInt(this.between(-8, 8)), this.bits64());
    }
  }
}
