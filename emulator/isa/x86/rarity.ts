/**
 * Which variants are seldom executed. The interpreter's main function has room for some 400; measured over a boot of Linux
 * and a mixed userland, those left here make up more than 99 % of what is executed.
 */
import type { Concrete, X86Row } from './row.ts';

/** Operations on bytes, and with memory as their destination, that are frequent. */
const BYTES = new Set(['mov', 'cmp', 'test', 'and', 'or', 'xor', 'add', 'sub', 'movzx', 'movsx', 'stos', 'movs']);
const INTO_MEMORY = new Set(['mov', 'add', 'sub', 'and', 'or', 'cmp', 'test', 'inc', 'dec', 'push', 'call', 'jmp', 'bt', 'cmpxchg', 'bts', 'btr']);
/** With memory as their source. */
const FROM_MEMORY = new Set(['mov', 'movzx', 'movsx', 'movsxd', 'add', 'sub', 'and', 'or', 'xor', 'cmp', 'lea', 'imul']);
/** Strings are among them because rare rows cannot do several steps at once. */
const WORDS = new Set(['mov', 'cmp', 'test', 'movzx', 'movs', 'stos']);

/** Whether a shape of a row is seldom executed. */
export function isRare({ name, traits }: X86Row, size: number, concrete: readonly Concrete[]): boolean {
  if (traits.rare || concrete.some(({ is }) => is === 'high' || is === 'moffs')) return true;
  if (concrete.some(({ is }) => is === 'vector' || is === 'vectorMemory')) return false;
  // Outside 64-bit mode.
  if (traits.defaults && size !== 64) return true;
  if (/^(adc|sbb)$/.test(name) && size < 32) return true;
  if (/^r(ol|or)$|^sh[lr]d$/.test(name) && (size < 32 || concrete[1]?.is !== 'immediate')) return true;
  if (size === 16 && !WORDS.has(name)) return true;
  if (concrete[0]?.is === 'memory' && !INTO_MEMORY.has(name)) return true;
  if (concrete.slice(1).some(({ is }) => is === 'memory') && !FROM_MEMORY.has(name)) return true;
  const bytes = concrete[0] && 'size' in concrete[0] && concrete[0].size === 8;
  if (bytes && !BYTES.has(name) && !name.startsWith('set')) return true;
  return /^j(o|no|p|np)$|^(cmov|set)(o|no|p|np|s|ns)$|0$|^(cmps|scas|lods|btc|[lt]zcnt|popcnt|clc|stc|cmc|endbr32|xchg|std)$/.test(name);
}
