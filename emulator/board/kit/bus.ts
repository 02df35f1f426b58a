/** The board's address decoder: for everything that is not RAM, or for ports. */
import type { RegionTarget } from '../../device/kit/device.ts';
import type { Window } from '../../device/kit/part.ts';

export interface Placed {
  readonly window: Window;
  readonly target: RegionTarget;
  /** The address of the target's offset 0; absent: the window's first. */
  readonly origin?: number;
}

export class Bus {
  readonly #placed: Placed[];

  constructor(placed: readonly Placed[]) {
    this.#placed = [...placed];
  }

  /** Puts something before all that is there. */
  overlay(placed: Placed): void {
    this.#placed.unshift(placed);
  }

  #find(address: number, size: number): Placed | undefined {
    // A dozen windows, the busiest first: a loop is as fast as any table.
    for (const placed of this.#placed) {
      const { at, size: length } = placed.window;
      if (address >= at && address + size <= at + length) return placed;
    }
    return undefined;
  }

  /** @returns the value, or -1 where nothing answers */
  read(address: number, size: 1 | 2 | 4): number {
    const placed = this.#find(address, size);
    return placed ? placed.target.read(address - (placed.origin ?? placed.window.at), size) : -1;
  }

  /** Eight bytes in one access. @returns undefined where what answers takes none so wide, or nothing answers */
  readWide(address: number): bigint | undefined {
    const placed = this.#find(address, 8);
    return placed?.target.readWide?.(address - (placed.origin ?? placed.window.at));
  }
  /** @returns false where what answers takes none so wide, or nothing answers */
  writeWide(address: number, value: bigint): boolean {
    const placed = this.#find(address, 8);
    return placed?.target.writeWide?.(address - (placed.origin ?? placed.window.at), value) ?? false;
  }

  /** @returns whether something answered */
  write(address: number, size: 1 | 2 | 4, value: number): boolean {
    const placed = this.#find(address, size);
    placed?.target.write(address - (placed.origin ?? placed.window.at), size, value);
    return placed !== undefined;
  }
}
