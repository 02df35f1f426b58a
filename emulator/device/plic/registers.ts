/** Registers of the PLIC: RISC-V PLIC specification 1.0.0, chapter 3 (memory map). */
import type { StateOf } from '../../snapshot/schema.ts';
import { RegisterBank } from '../kit/registers.ts';
import { SOURCES, SOURCE_WORDS, type plicState } from './state.ts';

/** What the registers ask of the PLIC. */
export interface PlicFront {
  readonly state: StateOf<ReturnType<typeof plicState>>;
  pending(word: number): number;
  setPriority(source: number, value: number): void;
  setEnable(context: number, word: number, value: number): void;
  setThreshold(context: number, value: number): void;
  claim(context: number): number;
  complete(context: number, source: number): void;
}

/** The registers of a PLIC with `contexts` targets. */
export function plicRegisters(contexts: number): RegisterBank<PlicFront> {
  const enables = Array.from({ length: contexts }, (_, context) => [
    `enable_${context}`,
    {
      at: 0x2000 + 0x80 * context,
      count: SOURCE_WORDS,
      doc: `which sources may interrupt context ${context}`,
      read: (plic: PlicFront, word: number) => plic.state.enable[context * SOURCE_WORDS + word] as number,
      write: (plic: PlicFront, value: number, word: number) => plic.setEnable(context, word, value),
    },
  ]);
  // prettier-ignore
  return new RegisterBank<PlicFront>({
    priority:  { at: 0x0, count: SOURCES, doc: 'priority of a source; 0 never interrupts',
                 read: (plic, source) => plic.state.priority[source] as number,
                 write: (plic, value, source) => plic.setPriority(source, value) },
    pending:   { at: 0x1000, count: SOURCE_WORDS, doc: 'sources that wait to be claimed', read: (plic, word) => plic.pending(word) },
    ...(Object.fromEntries(enables) as Record<string, never>),
    threshold: { at: 0x20_0000, count: contexts, stride: 0x1000, doc: 'sources of at most this priority do not interrupt the context',
                 read: (plic, context) => plic.state.threshold[context] as number,
                 write: (plic, value, context) => plic.setThreshold(context, value) },
    claim:     { at: 0x20_0004, count: contexts, stride: 0x1000, doc: 'read claims the most urgent source, write completes it',
                 effect: 'claims an interrupt',
                 read: (plic, context) => plic.claim(context),
                 write: (plic, source, context) => plic.complete(context, source) },
  });
}
