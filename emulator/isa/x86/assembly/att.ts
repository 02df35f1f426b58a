/** The syntax of AT&T: the destination last, registers with `%`, sizes in the mnemonic where no register says them. */
import { written } from './aliases.ts';
import { hex } from './intel.ts';
import { stringOperands } from './strings.ts';
import type { InstructionTerms, MemoryTerm, Term } from './terms.ts';

const SUFFIX: Readonly<Record<number, string>> = { 8: 'b', 16: 'w', 32: 'l', 64: 'q' };
/** Mnemonics that differ, by what the tables call them, and by operand size. */
const OWN: Readonly<Record<string, string>> = {
  cbw16: 'cbtw',
  cwde32: 'cwtl',
  cdqe64: 'cltq',
  cwd16: 'cwtd',
  cdq32: 'cltd',
  cqo64: 'cqto',
};
/** Instructions whose size is in the operands' nature. */
const WITHOUT_SUFFIX =
  /^(j|call|ret|loop|lea|set|prefetch|clflush|clwb|[sl][gi]dt|fx|mov[ahlnudsqi]|p[a-z]|(u?com|add|sub|mul|div|min|max|sqrt|and|or|xor|unpck|shuf|cmp|cvt)[a-z]*[ps][sd]|invlpg|ldmxcsr|stmxcsr|cmpxchg(8|16)b|lddqu|xlat|v|xsave|xrstor)/;

const signed = (value: bigint): string => (value < 0n ? `-${hex(-value)}` : hex(value));

function placeText({ segment, base, index, scale, disp, absolute }: MemoryTerm): string {
  const before = segment ? `%${segment}:` : '';
  if (absolute !== undefined) return `${before}${hex(BigInt.asUintN(absolute, disp))}`;
  const registers = `${base ? `%${base}` : ''}${index ? `,%${index},${scale}` : ''}`;
  return `${before}${disp === 0n ? '' : signed(disp)}(${registers})`;
}
function termText(term: Term, indirect: boolean): string {
  switch (term.kind) {
    case 'register':
      return `${indirect ? '*' : ''}%${term.name}`;
    case 'memory':
      return `${indirect ? '*' : ''}${placeText(term.place)}`;
    case 'immediate':
      return `$${hex(term.value)}`;
    case 'target':
      return hex(term.address);
  }
}

function mnemonic({ name, size, terms, variant }: InstructionTerms): string {
  const own = OWN[`${name}${size}`];
  if (own) return own;
  const [to, from] = terms;
  if (/^mov[sz]xd?$/.test(name) && to && from && from.kind !== 'target' && from.kind !== 'immediate')
    return `mov${name[3] ?? ''}${SUFFIX[from.size ?? 32]}${SUFFIX[to.kind === 'register' ? to.size : 32]}`;
  if (name === 'mov' && variant.concrete[1]?.is === 'immediate64') return 'movabs';
  const string = variant.x86.traits.memory === 'string';
  const memory = terms.find((term) => term.kind === 'memory');
  if (/^v?cvtsi2s[sd]$/.test(name) && memory) return `${name}${SUFFIX[memory.size ?? 32] ?? ''}`;
  if (/^vcvtt?pd2(ps|dq)$/.test(name) && memory) return `${name}${memory.size === 256 ? 'y' : 'x'}`;
  if (/^(movs|cmps)$/.test(name)) return `${name}${SUFFIX[size] ?? ''}`;
  const hasRegister = terms.some((term) => term.kind === 'register') && !/^(shl|shr|sar|rol|ror|rcl|rcr)$/.test(name);
  if (string || hasRegister || !memory || WITHOUT_SUFFIX.test(name)) return name;
  const bits = memory.size;
  return `${name}${bits === undefined ? '' : (SUFFIX[bits] ?? '')}`;
}

/** One instruction's text. */
export function attText(given: InstructionTerms): string {
  const instruction = { ...given, ...written(given) };
  const { name, prefix, terms, variant } = instruction;
  const indirect = /^(jmp|call)/.test(name) && variant.concrete[0]?.is !== 'distance';
  const string = stringOperands(instruction)?.map((each) =>
    'memory' in each ? `%${each.segment}:(%${each.memory})` : `%${each.register}`,
  );
  const [word, first] = mnemonic(instruction).split(' ') as [string, string?];
  const operands = string ?? terms.map((term) => termText(term, indirect));
  if (/^(sh[lr]|sar|r[oc][lr])$/.test(name) && operands[1] === '$0x1') operands.pop();
  const all = first === undefined || first === 'far' ? operands : [`%${first}`, ...operands];
  return [prefix, word, all.toReversed().join(',')].filter((part) => part !== undefined && part !== '').join(' ');
}
