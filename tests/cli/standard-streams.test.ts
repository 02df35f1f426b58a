/** What becomes of output that cannot be written, is not read, or is read late: bytes, status, and what is said. */
import { describe, expect, test } from 'vitest';
import { shell } from './shell.ts';

const FULL = 'viv: standard output cannot be written to: no space left on device\n';

describe('standard output', () => {
  test.each([
    ['list --json', '[]\n'],
    ['--version', /^\d+\.\d+\.\d+\n$/],
    ['list --help', /^viv list: /],
  ])('viv %s: whole into a pipe, a file and a slow reader; nothing into /dev/null', async (command, whole) => {
    const matches = whole instanceof RegExp ? expect.stringMatching(whole) : whole;
    expect(await shell(`viv ${command} | cat`)).toMatchObject({ out: matches, err: '', status: 0 });
    expect(await shell(`viv ${command} > file; s=$?; cat file; exit $s`)).toMatchObject({ out: matches, err: '', status: 0 });
    expect(await shell(`viv ${command} | (sleep 0.3; cat)`)).toMatchObject({ out: matches, err: '', status: 0 });
    expect(await shell(`viv ${command} > /dev/null`)).toEqual({ out: '', err: '', status: 0 });
  });

  test.each(['list --json', '--version', '--help'])('viv %s on a full disk: one sentence, status 1', async (command) => {
    expect(await shell(`viv ${command} > /dev/full`)).toEqual({ out: '', err: FULL, status: 1 });
    expect(await shell(`viv ${command} > /dev/full 2> /dev/full`)).toEqual({ out: '', err: '', status: 1 });
  });

  test('a reader that has left ends it quietly, with the status of a broken pipe', async () => {
    // eslint-disable-next-line no-template-curly-in-string -- the shell's
    expect(await shell('viv --help | true; exit ${PIPESTATUS[0]}')).toEqual({ out: '', err: '', status: 141 });
  });

  test('closed, it is as /dev/null', async () => {
    expect(await shell('viv list --json >&-')).toEqual({ out: '', err: '', status: 0 });
  });

  test('a wrong call keeps its status whatever becomes of its words', async () => {
    for (const errors of ['/dev/full', '/dev/null']) expect(await shell(`viv nosuch 2> ${errors}`)).toMatchObject({ status: 2 });
    expect(await shell('viv nosuch 2>&-')).toMatchObject({ status: 2 });
    expect(await shell('viv nosuch 2> >(true)')).toMatchObject({ status: 2 });
  });
});
