/**
 * Random instruction streams against qemu-riscv64. VIVARIUM_SEED starts elsewhere, VIVARIUM_STREAMS runs more; a
 * failure prints the seed of the failing stream and the stream made as small as it will go.
 */
import { expect, test } from 'vitest';
import { ENGINES, type TestEngine } from '../kit/engine.ts';
import { describeWith } from '../kit/tools.ts';
import { differences } from './compare.ts';
import { makeImage } from './image.ts';
import { runOracle } from './oracle.ts';
import { failureOf, listing, shrink } from './shrink.ts';
import { makeStream, type Stream } from './stream.ts';
import { compiledBy, runSubject } from './subject.ts';

/** Changes with the day, so that many runs see many streams; the seed is in every message. */
const FIRST_SEED = Number(process.env['VIVARIUM_SEED'] ?? Math.floor(Date.now() / 86_400_000));
const STREAMS = Number(process.env['VIVARIUM_STREAMS'] ?? 60);
const STREAMS_PER_IMAGE = 60;
const LENGTH = 40;

/** The first failing stream of an image, made small. */
function explain(streams: readonly Stream[], engine: TestEngine): string | undefined {
  const image = makeImage(streams);
  const expected = runOracle(image);
  let suspects: readonly Stream[] = streams;
  try {
    const found = differences(image, expected, runSubject(engine, image));
    if (found.length === 0) return undefined;
    suspects = found.map(({ stream }) => streams[stream] as Stream);
  } catch {
    // It did not reach the end: any stream may be why.
  }
  const failing = suspects.find((stream) => failureOf(stream, engine));
  if (!failing) return `the streams from seed ${streams[0]?.seed} fail together, none fails alone`;
  const small = shrink(failing, engine);
  return [`engine ${engine}, ${listing(small)}`, ...(failureOf(small, engine) ?? [])].join('\n');
}

describeWith(['qemu-riscv64-static'], 'random instruction streams', () => {
  test.for(ENGINES)('the %s agrees with qemu-riscv64', (engine) => {
    for (let from = 0; from < STREAMS; from += STREAMS_PER_IMAGE) {
      const count = Math.min(STREAMS_PER_IMAGE, STREAMS - from);
      const streams = Array.from({ length: count }, (_, index) => makeStream(FIRST_SEED * 1000 + from + index, LENGTH));
      expect(explain(streams, engine)).toBeUndefined();
    }
    // Otherwise the compiler would not have been tested.
    if (engine !== 'interpreter') expect(compiledBy(engine)).toBeGreaterThan(1000n);
  });

  test('a wrong result is found and made small', () => {
    const stream = makeStream(1, LENGTH);
    const image = makeImage([stream]);
    const expected = runOracle(image);
    const wrong = Uint8Array.from(expected, (byte, index) => (index === 80 ? byte ^ 1 : byte));
    expect(differences(image, expected, wrong)).toMatchObject([{ stream: 0, places: [expect.stringMatching(/^x10: /)] }]);
  });
});
