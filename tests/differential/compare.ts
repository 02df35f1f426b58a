/** Finds the streams on which oracle and subject disagree, and says how. */
import { DUMP_BYTES, type Image, RESULT_BYTES } from './image.ts';

export interface Difference {
  /** Index in the image. */
  readonly stream: number;
  readonly places: readonly string[];
}

function nameOf(index: number): string {
  if (index < 32) return `x${index}`;
  if (index < 64) return `f${index - 32}`;
  if (index === 64) return 'fcsr';
  return `scratch+${index * 8 - DUMP_BYTES}`;
}

const hex = (value: bigint) => `0x${value.toString(16).padStart(16, '0')}`;

export function differences({ streams }: Image, expected: Uint8Array, found: Uint8Array): Difference[] {
  const [a, b] = [expected, found].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as [DataView, DataView];
  return streams.flatMap((_, stream) => {
    const places: string[] = [];
    for (let at = 0; at < RESULT_BYTES; at += 8) {
      const [want, got] = [a, b].map((view) => view.getBigUint64(stream * RESULT_BYTES + at, true)) as [bigint, bigint];
      if (want !== got) places.push(`${nameOf(at / 8)}: expected ${hex(want)}, found ${hex(got)}`);
    }
    return places.length > 0 ? [{ stream, places }] : [];
  });
}
