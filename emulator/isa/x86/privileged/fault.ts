/** Exceptions (SDM, volume 3A, section 6.3.1) as the privileged half throws them, and as the engine carries them. */

export const VECTOR = {
  DE: 0,
  DB: 1,
  NMI: 2,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
  MC: 18,
  XM: 19,
} as const;

/** Vectors of exceptions that push an error code. */
const WITH_ERROR_CODE = new Set<number>([VECTOR.DF, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP, VECTOR.PF, VECTOR.AC]);
/** Those that make a double fault of one another (SDM, table 6-4). */
const CONTRIBUTORY = new Set<number>([VECTOR.DE, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP]);

/** A bit for each of them. */
export const withErrorCode = [...WITH_ERROR_CODE].reduce((all, vector) => all | (1 << vector), 0);

export const hasErrorCode = (vector: number): boolean => WITH_ERROR_CODE.has(vector);
/** Whether an exception while the handler of another is entered makes both a double fault (SDM, table 6-5). */
export const makesDoubleFault = (first: number, second: number): boolean =>
  (CONTRIBUTORY.has(first) && CONTRIBUTORY.has(second)) || (first === VECTOR.PF && (second === VECTOR.PF || CONTRIBUTORY.has(second)));

/** An exception found while the privileged half does something; what it did so far is undone by whoever catches it. */
export class Fault extends Error {
  readonly vector: number;
  readonly errorCode: number;
  /** The address that a page fault leaves in CR2. */
  readonly address: bigint;
  constructor(vector: number, errorCode = 0, address = 0n) {
    super(`exception ${vector}, error code ${errorCode}`);
    this.vector = vector;
    this.errorCode = errorCode;
    this.address = address;
  }
}
/** Memory is not there yet and something else wants the core: nothing has been changed, do it again later. */
export class Again extends Error {}

/** The bits of a selector that an error code tells. */
export const selectorError = (selector: number): number => selector & 0xfffc;

/** How the engine carries an exception as one number: the vector, and the error code from bit 16. */
export const causeOf = (vector: number, errorCode = 0): number => ((errorCode & 0xffff) << 16) | vector;
export const vectorOf = (cause: number): number => cause & 0xff;
export const errorCodeOf = (cause: number): number => cause >>> 16;

/** Bits of a page fault's error code (SDM, figure 4-12). */
export const PAGE_FAULT = { present: 1, write: 2, user: 4, reserved: 8, fetch: 16 } as const;
