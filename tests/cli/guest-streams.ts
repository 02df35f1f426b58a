/**
 * What standard input, output and error of a command in a guest may be, and what comes of it: the same for `viv exec` and
 * `viv run --run`. `GUEST` in a line of bash stands for the command up to the guest's own.
 */
/* eslint-disable no-template-curly-in-string -- lines of bash */
import { expect, test } from 'vitest';
import type { Result } from './viv.ts';

const FULL = 'viv: standard output cannot be written to: no space left on device\n';

const INPUTS = [
  ['a pipe', "printf 'data\\n' | GUEST cat", 'data\n'],
  ['a file', "printf 'data\\n' > in; GUEST cat < in", 'data\n'],
  ['/dev/null', 'GUEST cat < /dev/null', ''],
  ['closed', 'GUEST cat <&-', ''],
  ['a slow writer', "(printf 'da'; sleep 1; printf 'ta\\n') | GUEST cat", 'data\n'],
  ['without end', 'GUEST "head -c 5 | wc -c" < /dev/zero', '5\n'],
  ['without end and not read', 'yes | GUEST "exec < /dev/null; sleep 1; echo done"', 'done\n'],
] as const;

const OUTPUTS = [
  ['a pipe', 'GUEST "seq 20000" | tail -n 1', { status: 0, out: '20000\n', err: '' }],
  ['a file', 'GUEST "seq 20000" > file; tail -n 1 file', { status: 0, out: '20000\n', err: '' }],
  ['/dev/null', 'GUEST "seq 20000" > /dev/null', { status: 0, out: '', err: '' }],
  ['a full disk', 'GUEST "seq 20000" > /dev/full', { status: 1, out: '', err: FULL }],
  ['closed', 'GUEST "seq 20000; exit 4" >&-', { status: 4, out: '', err: '' }],
  ['a slow reader', 'GUEST "seq 200000; exit 200" | (sleep 2; tail -n 1); echo ${PIPESTATUS[0]}', { out: '200000\n200\n', err: '' }],
  ['a reader that left', 'GUEST "seq 200000" | true; exit ${PIPESTATUS[0]}', { status: 141, out: '', err: '' }],
] as const;

const ERRORS = [
  ['a pipe', 'GUEST "seq 20000 >&2; exit 5" 2> >(tail -n 1 > file); s=$?; sleep 0.5; cat file; exit $s', '20000\n'],
  ['a file', 'GUEST "seq 20000 >&2; exit 5" 2> file; s=$?; tail -n 1 file; exit $s', '20000\n'],
  ['/dev/null', 'GUEST "seq 20000 >&2; echo out; exit 5" 2> /dev/null', 'out\n'],
  ['a full disk', 'GUEST "seq 20000 >&2; echo out; exit 5" 2> /dev/full', 'out\n'],
  ['closed', 'GUEST "seq 20000 >&2; echo out; exit 5" 2>&-', 'out\n'],
  ['a reader that left', 'GUEST "seq 200000 >&2; echo out; exit 5" 2> >(true)', 'out\n'],
] as const;

/** @param run runs a line of bash */
export function testStandardStreams(guest: string, run: (line: string) => Promise<Result>): void {
  const of = (line: string) => run(line.replaceAll('GUEST', guest));
  test.each(INPUTS)('standard input: %s', async (_, line, out) => {
    expect(await of(line)).toEqual({ status: 0, out, err: '' });
  });
  test.each(OUTPUTS)('standard output: %s', async (_, line, result) => {
    expect(await of(line)).toMatchObject(result);
  });
  test.each(ERRORS)('standard error: %s', async (_, line, out) => {
    expect(await of(line)).toEqual({ status: 5, out, err: '' });
  });
}
