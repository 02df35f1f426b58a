/**
 * Garbage on the wire: every call of every contract gets arguments that no client of ours sends, and frames that are none.
 * Each call is answered or refused, never with a fault of our own; a client that does not speak the wire loses its own
 * connection only. VIVARIUM_SEED and VIVARIUM_ROUNDS repeat or lengthen a run.
 */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../../../main/application.ts';
import type { Session } from '../../../main/border/session.ts';
import { contracts } from '../../../preload/contract/index.ts';
import { decodeFrame, decodeServerMessage, type Frame, type ServerMessage } from '../../../preload/contract/wire.ts';
import { scriptedEmulator } from '../scripted-machine.ts';
import { temporaryHome } from '../temporary-home.ts';
import { seeded } from '../../devices/kit/test-board.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261127);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 12);

const CALLS = Object.values(contracts).flatMap(({ name, members }) =>
  Object.entries(members).flatMap(([method, member]) => (member.kind === 'call' ? [[name, method] as const] : [])),
);
/** Ends the program, which is what it is for. */
const EFFECTIVE = new Set(['application.quit']);

/** A connection whose answers are kept. */
function connect(serve: (link: { send(frame: Frame): void; buffered(): number; close(): void }) => Session) {
  const answers = new Map<number, ServerMessage>();
  const state = { closed: false };
  const session = serve({
    buffered: () => 0,
    close: () => void (state.closed = true),
    send(frame) {
      // An answer in bytes is an answer.
      if (typeof frame !== 'string') return void answers.set(decodeFrame(frame).number, { kind: 'answer', id: 0, ok: null });
      const message = decodeServerMessage(frame);
      if (message.kind === 'answer' || message.kind === 'refusal') answers.set(message.id, message);
    },
  });
  return { session, answers, state };
}

test(`calls with garbage are answered or refused (seed ${SEED}, ${ROUNDS} rounds)`, async () => {
  const application = await createApplication({
    shell: 'browser',
    program: 'the tests',
    home: temporaryHome(),
    startMachine: scriptedEmulator().startMachine,
  });
  onTestFinished(() => application.close());
  const below = seeded(SEED);
  const machine = await application.dispatch('machines', 'create', [{ template: 'hello-riscv64', name: 'innocent' }]);
  const { id: machineId } = machine as { id: string };

  const values: readonly (() => unknown)[] = [
    () => null,
    () => machineId,
    () => below(2 ** 31) - 2 ** 30,
    () => [0, -1, 0.5, 1e300, 2 ** 53, -0][below(6)],
    () => below(2) === 0,
    () => ['', '\0', '\u001b[2J', '__proto__', '../../etc/passwd', 'x'.repeat(below(5000)), '\ud800', '/dev/zero', '~/x'][below(9)],
    () => ({}),
    () => JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as unknown,
    () => ({ name: value(), definition: value(), template: value(), path: value(), slot: value() }),
    () => Array.from({ length: below(4) }, () => value()),
  ];
  let depth = 0;
  function value(): unknown {
    if (depth > 6) return 0;
    depth++;
    const made = (values[below(values.length)] as () => unknown)();
    depth--;
    return made;
  }

  const { session, answers, state } = connect((link) => application.serve(link));
  let calls = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [service, method] of CALLS) {
      if (EFFECTIVE.has(`${service}.${method}`)) continue;
      const id = calls++;
      const args = Array.from({ length: below(4) }, () => value());
      session.receive(JSON.stringify({ kind: 'call', id, service, method, args }));
      // A wire takes so many calls at once; the next waits for this one.
      await expect.poll(() => answers.has(id), { timeout: 30_000, message: `${service}.${method}(${JSON.stringify(args)})` }).toBe(true);
      const answer = answers.get(id);
      if (answer?.kind === 'refusal')
        expect(answer.error.code, `${service}.${method}(${JSON.stringify(args)}): ${wordsOf(answer.error)}`).not.toBe('internal-fault');
    }
  }
  expect(state.closed).toBe(false);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(await application.dispatch('machines', 'list', [])).toBeInstanceOf(Array);
}, 300_000);

test(`frames that are none end their own connection only (seed ${SEED})`, async () => {
  const application = await createApplication({
    shell: 'browser',
    program: 'the tests',
    home: temporaryHome(),
    startMachine: scriptedEmulator().startMachine,
  });
  onTestFinished(() => application.close());
  const below = seeded(SEED + 1);
  const good = connect((link) => application.serve(link));
  const text = () =>
    ['', '{', '[]', 'null', '{"kind":"call"}', `{"kind":"call","id":-1,"service":1}`, '['.repeat(100_000), '"x"'][below(8)] as string;
  for (let round = 0; round < 300; round++) {
    const bad = connect((link) => application.serve(link));
    const bytes = Uint8Array.from({ length: below(64) }, () => below(256));
    bad.session.receive(below(2) === 0 ? text() : bytes);
    bad.session.receive(
      JSON.stringify({ kind: 'open', channel: below(2 ** 31), machine: text(), console: below(40), whole: below(2) === 0, terminal: true }),
    );
    bad.session.closed();
  }
  good.session.receive(JSON.stringify({ kind: 'call', id: 1, service: 'machines', method: 'list', args: [] }));
  await expect.poll(() => good.answers.get(1)?.kind).toBe('answer');
  expect(good.state.closed).toBe(false);
});
