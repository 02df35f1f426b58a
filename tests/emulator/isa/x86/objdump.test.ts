/** The decoder and both syntaxes of the disassembler against objdump, over a program that every Debian has. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disassembleAt } from '../../../../emulator/isa/x86/disassembler.ts';
import { makeStream } from '../../../differential/x86/stream.ts';
import { describeWith } from '../../../kit/tools.ts';

const PROGRAM = '/bin/bash';
/** Lines that are compared. */
const MOST = 60_000;
const MAX_OUTPUT = 2 ** 30;

/** What the two may write differently: symbols, comments, idle prefixes, displacements of 0, negative ones from RIP. */
function normalized(text: string): string {
  return text
    .replace(/\s*[<#].*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/\b(j\w+|call|loop\w*) (?=[0-9a-f]+$)/, '$1 0x')
    .replace(/\+0x0\]/, ']')
    .replace(/(^|[ ,:])0x0\(/, '$1(')
    .replace(/^(data16 |cs |notrack |bnd )+/, '')
    .replace(/%?\bcs:/, '')
    .replace(/rip\+0x(f{4}[0-9a-f]{12})/, (_, digits: string) => `rip-0x${(-BigInt.asIntN(64, BigInt(`0x${digits}`))).toString(16)}`)
    .trim();
}

interface Line {
  readonly address: number;
  readonly text: string;
}
/** @param what the file, with objdump's options for it */
function listing(syntax: 'intel' | 'att', ...what: readonly string[]): Line[] {
  const text = execFileSync('objdump', ['-w', '--no-show-raw-insn', '-M', syntax, ...what], { maxBuffer: MAX_OUTPUT }).toString();
  return text
    .split('\n')
    .map((line) => /^\s*([0-9a-f]+):\s+(.*)$/.exec(line))
    .filter((line) => line !== null)
    .map(([, address = '', instruction = '']) => ({ address: parseInt(address, 16), text: instruction }));
}
let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'x86-text-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** The bytes of the section that objdump lists. */
function code(): Uint8Array {
  const file = join(folder, 'text');
  execFileSync('objcopy', ['-O', 'binary', '-j', '.text', PROGRAM, file]);
  return readFileSync(file);
}
/** Random instructions that programs of x86-64-v2 do not have. */
const NEWER = /^(v(?!er)|aes|sha|pclmul|andn|bls|bext|bzhi|pdep|pext|mulx|rorx|s[ah][lr]x|ad[co]x|round|dpp|maskmov|movbe|[lt]zcnt)/;
const [STREAMS, LENGTH] = [16, 200];
function newer(file: string): Uint8Array {
  const bytes = Array.from({ length: STREAMS }, (_, seed) =>
    makeStream(seed, LENGTH, NEWER).instructions.flatMap((each) => [...each.bytes]),
  );
  const whole = Uint8Array.from(bytes.flat());
  writeFileSync(file, whole);
  return whole;
}

/** Lines that we write otherwise, or at another length. @param base the address of the first byte */
function differences(lines: readonly Line[], bytes: Uint8Array, base: number, syntax: 'intel' | 'att'): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const wrong: string[] = [];
  lines.forEach(({ address, text }, index) => {
    const next = lines[index + 1]?.address;
    if (next === undefined || text.includes('(bad)') || QUIRK.test(text)) return;
    const found = disassembleAt(view, address - base, BigInt(address), { syntax });
    const expected = normalized(text);
    const place = `${address.toString(16)}: ${expected}`;
    if (found.length !== next - address) wrong.push(`${place}: ${next - address} bytes, we say ${found.length}`);
    else if (normalized(found.text) !== (SAME[expected] ?? expected)) wrong.push(`${place}, we say ${normalized(found.text)}`);
  });
  return wrong;
}

/** VEX.L is ignored by moves of scalars, but objdump 2.40 names their destination by it. */
const QUIRK = /^vmovs[sd] +(ymm.*xmm.*xmm|%xmm.*%ymm)/;
/** No-operations that are told apart by their encoding only. */
const SAME: Readonly<Record<string, string>> = { 'xchg ax,ax': 'nop', 'xchg %ax,%ax': 'nop', 'repz ret': 'ret' };

describeWith(['x86-64-objdump'], 'the disassembler', () => {
  describe.each(['intel', 'att'] as const)('in the syntax %s', (syntax) => {
    it('agrees with objdump over a program, to the byte', () => {
      const lines = listing(syntax, '-d', '-j', '.text', PROGRAM).slice(0, MOST);
      expect(lines.length).toBe(MOST);
      expect(differences(lines, code(), lines[0]?.address ?? 0, syntax)).toEqual([]);
    });
    it('agrees with objdump over instructions of AVX2 and its time', () => {
      const file = join(folder, 'newer');
      const bytes = newer(file);
      const lines = listing(syntax, '-D', '-b', 'binary', '-m', 'i386:x86-64', file);
      expect(lines.length).toBeGreaterThan(STREAMS * LENGTH);
      expect(differences(lines, bytes, 0, syntax)).toEqual([]);
    });
  });
});
