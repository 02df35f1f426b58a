/** Symbols of one text: labels, constants, and numeric local labels (`1:` with `1b` before and `1f` after it). */
import type { ExpressionContext } from './expression.ts';

export class SymbolTable {
  readonly #values = new Map<string, bigint>();
  /** Addresses of each numeric label, ascending. */
  readonly #local = new Map<string, bigint[]>();
  readonly #pcrel = new Map<bigint, bigint>();

  /** @throws Error for a name that is taken, unless it may be replaced */
  define(name: string, value: bigint, replace = false): void {
    if (/^\d+$/.test(name)) {
      this.#local.set(name, [...(this.#local.get(name) ?? []), value]);
      return;
    }
    if (!/^[A-Za-z_.$][\w.$]*$/.test(name)) throw new Error(`"${name}" is no name for a symbol`);
    if (this.#values.has(name) && !replace) throw new Error(`"${name}" is defined twice`);
    this.#values.set(name, value);
  }

  named(): ReadonlyMap<string, bigint> {
    return this.#values;
  }

  /** What expressions at an address see; while sizes are being found, symbols further down are not known yet. */
  context(here: bigint, pass: 'sizes' | 'values'): ExpressionContext {
    return {
      here,
      symbol: (name) => {
        const value = this.#find(name, here);
        if (value === undefined) throw new Error(pass === 'sizes' ? `"${name}" must be defined before it is used here` : `there is no symbol "${name}"`);
        return value;
      },
      pcrelHi: (target) => void this.#pcrel.set(here, target),
      pcrelTarget: (address) => {
        const target = this.#pcrel.get(address);
        if (target === undefined) throw new Error('%pcrel_lo must name the label of an instruction with %pcrel_hi before it');
        return target;
      },
    };
  }

  #find(name: string, here: bigint): bigint | undefined {
    const local = /^(\d+)([bf])$/.exec(name);
    if (!local) return this.#values.get(name);
    const addresses = this.#local.get(local[1]!) ?? [];
    return local[2] === 'b' ? addresses.findLast((address) => address <= here) : addresses.find((address) => address > here);
  }
}
