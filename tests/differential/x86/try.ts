import { makeStream, caseOf } from './stream.ts';
import { runNative, type Outcome, type Case } from './native.ts';
import { runSubject } from './subject.ts';
const [engine='interpreter', count='200', length='1', filter, seed0='1'] = process.argv.slice(2);
const streams = Array.from({length: Number(count)}, (_, i) => makeStream(Number(seed0)*100000+i, Number(length), filter ? new RegExp(`^(${filter})$`) : undefined));
const native = runNative(streams.map(s => s.given));
const hex = (v: bigint) => v.toString(16);
const seen = new Map<string, number>();
function diff(a: Outcome, b: Outcome): string[] {
  const d: string[] = [];
  if (a.vector !== b.vector || a.rip !== b.rip) d.push(`end ${a.vector}@${hex(a.rip)} ours ${b.vector}@${hex(b.rip)}`);
  if (a.vector !== 3) return d;
  a.gpr.forEach((v,i)=>{ if (v!==b.gpr[i]) d.push(`r${i} ${hex(v)} ours ${hex(b.gpr[i]!)}`); });
  a.xmm.forEach((v,i)=>{ if (v!==b.xmm[i]) d.push(`xmm${i>>1}.${i&1} ${hex(v)} ours ${hex(b.xmm[i]!)}`); });
  const fa = a.rflags & 0xcd5n, fb = b.rflags & 0xcd5n;
  if (fa !== fb) d.push(`flags ${hex(fa)} ours ${hex(fb)}`);
  for (let i=0;i<a.data.length;i++) if (a.data[i]!==b.data[i]) { d.push(`data[${i-2048}] ${a.data[i]} ours ${b.data[i]}`); break; }
  return d;
}
let bad = 0;
const only = native;
streams.forEach((s, i) => {
  let d: string[];
  try { d = diff(only[i]!, runSubject(engine as any, s.given)); } catch (e) { d = [String((e as Error).stack).slice(0,300)]; }
  if (d.length === 0) return;
  bad++;
  const key = s.instructions.map(x=>x.name).join(' ');
  const n = (seen.get(key) ?? 0); seen.set(key, n+1);
  if (n < 1 && seen.size < 40) console.log(s.seed, s.instructions.map(x => `${x.name} ${x.bytes.map(b=>b.toString(16).padStart(2,'0')).join('')}`).join('; '), '\n   ', d.slice(0,5).join('; '));
});
console.log(`${bad} of ${streams.length} differ`, native.filter(n=>n.vector!==3).length, 'faulted');
