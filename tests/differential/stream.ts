/** Random instruction streams: what one consists of, how it is made from a seed, and how it becomes bytes. */
import { encodeRow } from '../../emulator/isa/riscv/assembly/encode.ts';
import { rowNamed } from '../../emulator/isa/riscv/rows.ts';
import { atomicRows, destination, plainRows, randomInstruction, REGISTER } from './operands.ts';
import { Random } from './random.ts';

/** A piece that is kept or left out whole when a failing stream is made smaller. */
export interface Item {
  /** Place in the stream as it was made; jumps name these. */
  readonly id: number;
  readonly size: number;
  /** Instruction words (compressed ones below 2^16) for an address; `to` gives the distance from it to another item. */
  words(to: (id: number) => number): number[];
}
export interface Stream {
  readonly seed: number;
  readonly items: readonly Item[];
  /** Times the body is run. */
  readonly iterations: number;
  readonly x: readonly bigint[];
  readonly f: readonly bigint[];
  readonly fcsr: number;
  readonly scratch: readonly bigint[];
}

/** An instruction's word by name. */
export const word = (name: string, operands: Readonly<Record<string, number>>): number => encodeRow(rowNamed(name), operands);
const sizeOf = (words: readonly number[]) => words.reduce((sum, each) => sum + ((each & 3) === 3 ? 4 : 2), 0);

class Maker {
  readonly items: Item[] = [];
  readonly #random: Random;
  constructor(random: Random) {
    this.#random = random;
  }
  fixed(...words: number[]): void {
    this.items.push({ id: this.items.length, size: sizeOf(words), words: () => words });
  }
  /** Words that depend on the distance to another item; always as many bytes. */
  reaching(size: number, target: number, words: (distance: number) => number[]): void {
    this.items.push({ id: this.items.length, size, words: (to) => words(to(target)) });
  }

  plain(): void {
    this.fixed(randomInstruction(this.#random, this.#random.pick(plainRows)));
  }
  atomic(): void {
    const random = this.#random;
    const [ordered] = [{ aq: random.below(2), rl: random.below(2) }];
    const temporary = destination(random, [10, 11, 12, 13, 14, 15, 28, 29]);
    const address = word('addi', { rd: temporary, rs1: random.pick([REGISTER.pointer, REGISTER.stack]), imm: 8 * random.below(24) });
    if (random.chance(0.5)) {
      const row = random.pick(atomicRows);
      this.fixed(address, encodeRow(row, { rd: destination(random), rs1: temporary, rs2: random.below(32), ...ordered }));
      return;
    }
    const suffix = random.pick(['w', 'd']);
    const others = [16, 17, 18, 19, 20];
    const load = word(`lr.${suffix}`, { rd: random.pick(others), rs1: temporary, ...ordered });
    const store = () => word(`sc.${suffix}`, { rd: random.pick(others), rs1: temporary, rs2: random.below(32), ...ordered });
    const between = random.chance(0.3) ? [word('sd', { rs1: temporary, rs2: random.below(32), imm: 0 })] : [];
    // A second store-conditional must fail.
    this.fixed(address, load, ...between, store(), ...(random.chance(0.3) ? [store()] : []));
  }
  /** Reads and writes of the floating-point control registers. */
  control(): void {
    const random = this.#random;
    const rd = destination(random);
    const flags = { csr: 1, rd };
    this.fixed(
      random.pick([
        () => word('csrrwi', { ...flags, zimm: random.below(32) }),
        () => word('csrrsi', { ...flags, zimm: random.below(32) }),
        () => word('csrrs', { ...flags, rs1: 0 }),
        () => word('csrrw', { ...flags, rs1: random.below(32) }),
        () => word('csrrc', { ...flags, rs1: random.below(32) }),
        () => word('csrrwi', { csr: 2, rd, zimm: random.below(5) }),
        () => word('csrrs', { csr: 2, rd, rs1: 0 }),
        () => word('csrrwi', { csr: 3, rd, zimm: random.below(32) }), // frm becomes 0: all bits of zimm are flags
        () => word('csrrs', { csr: 3, rd, rs1: 0 }),
      ])(),
    );
  }
  /** A jump over some of the items that follow. */
  forward(last: number): void {
    const random = this.#random;
    const target = Math.min(last, this.items.length + random.between(1, 6));
    const name = random.pick(['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu', 'jal', 'c.beqz', 'c.bnez', 'c.j', 'jalr']);
    const [rs1, rs2] = [random.below(32), random.below(32)];
    if (name === 'c.j') this.reaching(2, target, (imm) => [word(name, { imm })]);
    else if (name.startsWith('c.')) {
      const tested = random.between(8, 15);
      this.reaching(2, target, (imm) => [word(name, { rs1: tested, imm })]);
    } else if (name === 'jal') {
      const rd = random.pick([0, destination(random)]);
      this.reaching(4, target, (imm) => [word(name, { rd, imm })]);
    } else if (name === 'jalr') {
      const [base, rd] = [destination(random, [10, 11, 12, 13]), random.pick([0, destination(random)])];
      this.reaching(8, target, (imm) => [word('auipc', { rd: base, imm: 0 }), word('jalr', { rd, rs1: base, imm })]);
    } else this.reaching(4, target, (imm) => [word(name, { rs1, rs2, imm })]);
  }
  /** A short counted loop around what `body` makes. */
  loop(body: () => void): void {
    const random = this.#random;
    this.fixed(word('addi', { rd: REGISTER.innerCount, rs1: 0, imm: random.between(1, 6) }));
    const head = this.items.length;
    body();
    this.reaching(8, head, (distance) => [
      word('addi', { rd: REGISTER.innerCount, rs1: REGISTER.innerCount, imm: -1 }),
      word('blt', { rs1: 0, rs2: REGISTER.innerCount, imm: distance - 4 }),
    ]);
  }
  call(target: number): void {
    this.reaching(4, target, (imm) => [word('jal', { rd: REGISTER.link, imm })]);
  }
}

/** Makes a stream of about `length` items. */
export function makeStream(seed: number, length: number): Stream {
  const random = new Random(seed);
  const maker = new Maker(random);
  const functions = random.below(3);
  // Functions come first, jumped over: calls to them are then known while the body is made.
  const entries: number[] = [];
  const bodyAt = { id: 0 };
  maker.items.push({ id: 0, size: 4, words: (to) => [word('jal', { rd: 0, imm: to(bodyAt.id) })] });
  for (let index = 0; index < functions; index++) {
    entries.push(maker.items.length);
    for (let count = random.between(1, 6); count > 0; count--) maker.plain();
    maker.fixed(random.chance(0.5) ? word('jalr', { rd: 0, rs1: REGISTER.link, imm: 0 }) : word('c.jr', { rs1: REGISTER.link }));
  }
  bodyAt.id = maker.items.length;
  const last = bodyAt.id + length;
  const one = (): void => {
    const kind = random.below(100);
    if (kind < 12) maker.forward(last);
    else if (kind < 18) maker.atomic();
    else if (kind < 22) maker.control();
    else if (kind < 26 && entries.length > 0) maker.call(random.pick(entries));
    else maker.plain();
  };
  while (maker.items.length < last) {
    if (random.chance(0.04)) {
      maker.loop(() => {
        for (let count = random.between(1, 5); count > 0; count--) maker.plain();
      });
    } else one();
  }
  const register = () => (random.chance(0.5) ? random.double() : random.boxedSingle());
  return {
    seed,
    items: maker.items,
    iterations: random.between(4, 24),
    x: Array.from({ length: 32 }, () => random.integer()),
    f: Array.from({ length: 32 }, register),
    fcsr: (random.below(5) << 5) | random.pick([0, 0, 1, random.below(32)]),
    scratch: Array.from({ length: 64 }, () => (random.chance(0.6) ? register() : random.integer())),
  };
}
