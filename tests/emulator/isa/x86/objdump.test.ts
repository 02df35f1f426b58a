/** The decoder and both syntaxes of the disassembler against objdump, over a program that every Debian has. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { disassembleAt } from '../../../../emulator/isa/x86/disassembler.ts';
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
function listing(syntax: 'intel' | 'att'): Line[] {
  const text = execFileSync('objdump', ['-d', '-w', '--no-show-raw-insn', '-j', '.text', '-M', syntax, PROGRAM], {
    maxBuffer: MAX_OUTPUT,
  }).toString();
  return text
    .split('\n')
    .map((line) => /^\s*([0-9a-f]+):\s+(.*)$/.exec(line))
    .filter((line) => line !== null)
    .map(([, address = '', instruction = '']) => ({ address: parseInt(address, 16), text: instruction }));
}
/** The bytes of the section that objdump lists. */
function code(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'x86-text-'));
  try {
    const file = join(folder, 'text');
    execFileSync('objcopy', ['-O', 'binary', '-j', '.text', PROGRAM, file]);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** No-operations that are told apart by their encoding only. */
const SAME: Readonly<Record<string, string>> = { 'xchg ax,ax': 'nop', 'xchg %ax,%ax': 'nop', 'repz ret': 'ret' };

describeWith(['x86-64-objdump'], 'the disassembler', () => {
  it.each(['intel', 'att'] as const)('agrees with objdump in the syntax %s, to the byte', (syntax) => {
    const bytes = code();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const lines = listing(syntax).slice(0, MOST);
    const base = lines[0]?.address ?? 0;
    const wrong: string[] = [];
    lines.forEach(({ address, text }, index) => {
      const next = lines[index + 1]?.address;
      if (next === undefined || text.includes('(bad)')) return;
      const found = disassembleAt(view, address - base, BigInt(address), { syntax });
      const expected = normalized(text);
      const place = `${address.toString(16)}: ${expected}`;
      if (found.length !== next - address) wrong.push(`${place}: ${next - address} bytes, we say ${found.length}`);
      else if (normalized(found.text) !== (SAME[expected] ?? expected)) wrong.push(`${place}, we say ${normalized(found.text)}`);
    });
    expect(lines.length).toBe(MOST);
    expect(wrong).toEqual([]);
  });
});
