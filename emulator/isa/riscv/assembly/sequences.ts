/** Pseudo-instructions that become several instructions: loading constants and addresses, far calls. */
import { lowerPart, upperPart } from './expression.ts';

/** An instruction as texts. */
export interface Written {
  readonly name: string;
  readonly operands: readonly string[];
}
const written = (name: string, ...operands: (string | bigint | number)[]): Written => ({ name, operands: operands.map(String) });

/** `li`: the shortest of lui, addi(w) and shifts in the usual order, as compilers emit it. */
export function loadConstant(rd: string, value: bigint): Written[] {
  const wanted = BigInt.asIntN(64, value);
  if (wanted >= -0x800n && wanted < 0x800n) return [written('addi', rd, 'zero', wanted)];
  const low = lowerPart(wanted);
  if (wanted === BigInt.asIntN(32, wanted)) {
    const upper = written('lui', rd, upperPart(wanted));
    return low === 0n ? [upper] : [upper, written('addiw', rd, rd, low)];
  }
  let rest = (wanted - low) >> 12n;
  let shift = 12n;
  while ((rest & 1n) === 0n) {
    rest >>= 1n;
    shift++;
  }
  // What is above bit 63 after the shift does not matter.
  const above = loadConstant(rd, BigInt.asIntN(Number(64n - shift), rest));
  return [...above, written('slli', rd, rd, shift), ...(low === 0n ? [] : [written('addi', rd, rd, low)])];
}

const FAR = 2n ** 31n;
/** auipc and a second instruction that reach any address within 2 GiB. */
function pcRelative(register: string, offset: bigint, second: (low: bigint) => Written): Written[] {
  if (offset < -FAR || offset >= FAR - 0x800n) throw new Error(`the address is ${offset} bytes away; 2 GiB are the most`);
  return [written('auipc', register, upperPart(offset)), second(lowerPart(offset))];
}

/** The sequences by name; `offset` is the distance of the operand's address from the statement. */
export const addressSequences: Readonly<Record<string, { readonly operands: number; readonly expand: (operands: readonly string[], offset: bigint) => Written[] }>> = {
  la: { operands: 2, expand: ([rd = ''], offset) => pcRelative(rd, offset, (low) => written('addi', rd, rd, low)) },
  lla: { operands: 2, expand: ([rd = ''], offset) => pcRelative(rd, offset, (low) => written('addi', rd, rd, low)) },
  call: { operands: 1, expand: (_, offset) => pcRelative('ra', offset, (low) => written('jalr', 'ra', `${low}(ra)`)) },
  tail: { operands: 1, expand: (_, offset) => pcRelative('t1', offset, (low) => written('jalr', 'zero', `${low}(t1)`)) },
};
/** Each sequence of `addressSequences` is two full instructions. */
export const ADDRESS_SEQUENCE_BYTES = 8;
