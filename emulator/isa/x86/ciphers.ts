/** Rows of AES-NI and PCLMULQDQ (SDM, volume 1, sections 5.12 and 5.13). */
import type { Value } from '../value.ts';
import { assistKey, decryptRound, encryptRound, unmixColumns } from './aes.ts';
import { carrylessProduct } from './carryless.ts';
import type { Cpu } from './cpu.ts';
import type { VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

type Round = (cpu: Cpu, state: Value, key: Value) => Value;
const round = (make: Round) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const key = cpu.let(from.get());
  to.set(make(cpu, cpu.let(to.get()), key));
};
const rare: X86Traits = { rare: true };
const writes: X86Traits = { rare: true, first: 'write' };

export const ciphers: readonly X86Row[] = [
  instruction('aesimc',     '66 0F 38 DB /r | xmm, xmm/m128', (cpu, to, from) => to.set(unmixColumns(cpu, cpu.let(from.get()))), writes),
  instruction('aesenc',     '66 0F 38 DC /r | xmm, xmm/m128', round(encryptRound(false)), rare),
  instruction('aesenclast', '66 0F 38 DD /r | xmm, xmm/m128', round(encryptRound(true)),  rare),
  instruction('aesdec',     '66 0F 38 DE /r | xmm, xmm/m128', round(decryptRound(false)), rare),
  instruction('aesdeclast', '66 0F 38 DF /r | xmm, xmm/m128', round(decryptRound(true)),  rare),
  instruction('aeskeygenassist', '66 0F 3A DF /r ib | xmm, xmm/m128, uimm', (cpu, to, from, control) => to.set(assistKey(cpu, cpu.let(from.get()), control)), writes),
  instruction('pclmulqdq', '66 0F 3A 44 /r ib | xmm, xmm/m128, uimm', (cpu, to, from, control) => {
    const second = cpu.let(from.get());
    to.set(carrylessProduct(cpu, cpu.let(to.get()), second, control));
  }, rare),
];
