/** Makes a failing stream smaller while it still fails, and prints it. */
import { disassembleWord } from '../../emulator/isa/riscv/disassembler.ts';
import type { TestEngine } from '../kit/engine.ts';
import { differences } from './compare.ts';
import { makeImage, ORIGIN } from './image.ts';
import { runOracle } from './oracle.ts';
import type { Item, Stream } from './stream.ts';
import { runSubject } from './subject.ts';

/** Leaving something out can make a stream run for ever; a whole one takes milliseconds. */
const PATIENCE_MS = 2000;

/** How the stream fails, or undefined where it does not (or the oracle cannot run it). */
export function failureOf(stream: Stream, engine: TestEngine): readonly string[] | undefined {
  const image = makeImage([stream]);
  let expected: Uint8Array;
  try {
    expected = runOracle(image, PATIENCE_MS);
  } catch {
    return undefined; // left out what it needed
  }
  try {
    return differences(image, expected, runSubject(engine, image))[0]?.places;
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Leaves out ever smaller runs of items for as long as the stream fails (Zeller's delta debugging). */
export function shrink(stream: Stream, engine: TestEngine): Stream {
  let best = stream;
  for (let part = Math.ceil(best.items.length / 2); ; part = Math.ceil(part / 2)) {
    for (let at = 0; at < best.items.length;) {
      const candidate = { ...best, items: best.items.toSpliced(at, part) };
      if (failureOf(candidate, engine)) best = candidate;
      else at += part;
    }
    if (part === 1) break;
  }
  for (const iterations of [1, 2, 3]) {
    const candidate = { ...best, iterations };
    if (iterations < best.iterations && failureOf(candidate, engine)) return candidate;
  }
  return best;
}

/** The stream's items as assembly. Jumps are shown as they are in a stream of its own. */
export function listing({ items, seed, iterations }: Stream): string {
  let at = 0;
  const places = items.map((item: Item) => {
    const here = at;
    at += item.size;
    return { item, here };
  });
  const end = at;
  const lines = places.flatMap(({ item, here }) => {
    let from = here;
    return item
      .words((id) => (places.find(({ item: other }) => other.id >= id)?.here ?? end) - here)
      .map((word) => {
        const line = `  ${word.toString(16).padStart(8)}  ${disassembleWord(word, BigInt(ORIGIN + from)).text}`;
        from += (word & 3) === 3 ? 4 : 2;
        return line;
      });
  });
  return [`seed ${seed}, ${iterations} iterations of`, ...lines].join('\n');
}
