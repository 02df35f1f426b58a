/**
 * Random instructions against the host's processor. VIVARIUM_SEED starts elsewhere, VIVARIUM_STREAMS runs more; a failure
 * prints the failing stream with its seed, made as small as leaving out instructions makes it.
 */
import { expect, test } from 'vitest';
import { ENGINES, type TestEngine } from '../../kit/engine.ts';
import { describeWith } from '../../kit/tools.ts';
import { differences } from './compare.ts';
import { runNative } from './native.ts';
import { caseOf, makeStream, type Stream } from './stream.ts';
import { machineOf, runSubject } from './subject.ts';

const FIRST_SEED = Number(process.env['VIVARIUM_SEED'] ?? Math.floor(Date.now() / 86_400_000));
const STREAMS = Number(process.env['VIVARIUM_STREAMS'] ?? 1000);
const LENGTH = { interpreter: 6, compiler: 12, auto: 12 } as const;
/** Compiling takes time: fewer streams do. */
const PART = { interpreter: 1, compiler: 0.2, auto: 0.2 } as const;

const failureOf = (stream: Stream, engine: TestEngine): string[] => {
  const [expected] = runNative([stream.given]);
  return expected ? differences(expected, runSubject(engine, stream.given)) : [];
};
/** Leaves out instructions as long as what remains still fails. */
function shrink(stream: Stream, engine: TestEngine): Stream {
  for (let index = 0; index < stream.instructions.length; index++) {
    const instructions = stream.instructions.filter((_, other) => other !== index);
    const smaller = { ...stream, instructions, given: caseOf(instructions, stream.given) };
    if (failureOf(smaller, engine).length > 0) return shrink(smaller, engine);
  }
  return stream;
}
function explain(stream: Stream, engine: TestEngine): string {
  const small = shrink(stream, engine);
  const listing = small.instructions.map(
    ({ name, bytes }) => `  ${name}: ${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`,
  );
  return [`engine ${engine}, seed ${stream.seed}`, ...listing, ...failureOf(small, engine)].join('\n');
}

describeWith(['x86-64-gcc'], 'random x86 instructions', () => {
  test.for(ENGINES)('the %s agrees with the host', (engine) => {
    const count = Math.ceil(STREAMS * PART[engine]);
    const streams = Array.from({ length: count }, (_, index) => makeStream(FIRST_SEED * 10_000 + index, LENGTH[engine]));
    const expected = runNative(streams.map(({ given }) => given));
    const failing = streams.find((stream, index) => {
      const outcome = expected[index];
      return outcome && differences(outcome, runSubject(engine, stream.given)).length > 0;
    });
    expect(failing && explain(failing, engine)).toBeUndefined();
    // Otherwise the compiler would not have been tested.
    if (engine === 'compiler') expect(machineOf(engine).compiledInstructions).toBeGreaterThan(500n);
  });

  test('a wrong result is found', () => {
    const { given } = makeStream(1, 4);
    const [expected] = runNative([given]);
    if (!expected) throw new Error('the host gave no answer');
    const wrong = { ...expected, gpr: expected.gpr.map((value, register) => (register === 9 ? value ^ 1n : value)) };
    expect(differences(expected, wrong)).toEqual([expect.stringMatching(/^register 9: /)]);
  });
});
