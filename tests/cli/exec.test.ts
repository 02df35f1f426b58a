/** `viv exec` with one Debian guest: bytes, ends, statuses, signals, terminals, and what becomes of them with the guest. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { guestBox } from './guest-box.ts';
import { testStandardStreams } from './guest-streams.ts';

const PATIENCE = { timeout: 60_000 };
/** The program without bash's function around it: with `&`, `$!` is its own process, from the first moment on. */
const CLIENT = '"$NODE" "$VIV"';

describeWith(['apt'], 'viv exec', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-exec-'));
  const { run, onTerminal } = guestBox(folder);
  beforeAll(async () => {
    const made = await run('viv create box --template debian-riscv64 --memory 256M && viv start box && viv exec box true');
    expect(made).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await run('viv stop box');
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ["'uname -m'", 0, 'riscv64\n', ''],
    ["'echo out; echo err >&2; exit 3'", 3, 'out\n', 'err\n'],
    ["'kill -TERM $$'", 143, '', ''],
    ["printf '%s|' 'a b' '$HOME' \"it's\"", 0, "a b|$HOME|it's|", ''],
    ['nosuch-program', 127, '', '/bin/sh: nosuch-program: not found\n'],
    ["'test -t 0 || test -t 1 || test -t 2 || echo none'", 0, 'none\n', ''],
    ['ls --help 2>&1 | head -n 1', 0, expect.stringContaining('BusyBox'), ''],
  ])('%s', async (command, status, out, err) => {
    expect(await run(`viv exec box ${command}`)).toEqual({ status, out, err });
  });

  test('input reaches the command byte for byte, with its end, and comes back so on both streams', async () => {
    writeFileSync(join(folder, 'data'), randomBytes(2_000_000));
    const line = 'viv exec box "tee /dev/stderr" < data > out 2> err; echo $?; cmp data out && cmp data err';
    expect(await run(line)).toEqual({ status: 0, out: '0\n', err: '' });
  });

  test('several at once are apart', async () => {
    const line =
      'for n in 1 2 3 4 5 6; do (echo "in $n" | viv exec box "cat; sleep 1; exit $n" > out$n; echo "$?" >> out$n) & done; wait; cat out?';
    expect((await run(line)).out).toBe([1, 2, 3, 4, 5, 6].map((n) => `in ${n}\n${n}\n`).join(''));
  });

  testStandardStreams('viv exec box', run);

  test('a stream that nobody reads holds up its own command only, and the second signal ends the wait', async () => {
    const line = `${CLIENT} exec box 'trap "" INT; yes' > >(sleep 40) 2> err & p=$!; sleep 3; viv exec box 'echo other'
      kill -INT $p; sleep 0.6; kill -INT $p; wait $p; echo $?`;
    expect(await run(line)).toMatchObject({ out: 'other\n130\n' });
  });

  const HUNG_UP = { status: 124, out: '', err: 'viv: hung up after 4 seconds (--timeout)\n' };
  test('--timeout hangs up: a trap runs to its end, whatever it writes', async () => {
    const trap = 'echo late; echo late >&2; seq 50000 >&2; echo trapped > hung-up; exit';
    expect(await run(`viv exec --timeout 4 box 'trap "${trap}" HUP; while :; do sleep 0.1; done'`)).toEqual(HUNG_UP);
    const result = await run("until viv exec box 'test -e hung-up'; do sleep 0.2; done; viv exec box 'cat hung-up'");
    expect(result).toEqual({ status: 0, out: 'trapped\n', err: '' });
  });

  test('a command that ignores being hung up loses its streams after a while', async () => {
    const loop = 'trap "" HUP; trap "echo lost > lost; exit" PIPE; while sleep 0.2; do echo still here; done';
    expect(await run(`viv exec --timeout 4 box '${loop}' > /dev/null`)).toEqual(HUNG_UP);
    const result = await run("until viv exec box 'test -e lost'; do sleep 0.5; done; viv exec box 'cat lost'");
    expect(result).toEqual({ status: 0, out: 'lost\n', err: '' });
  });

  test('the command of a client that is gone is hung up', async () => {
    const line = `${CLIENT} exec box 'echo ready; sleep 1234' > out & p=$!
      until grep -q ready out; do sleep 0.1; done; kill -KILL $p
      until viv exec box '! ps | grep "sleep 123[4]"' > left; do sleep 0.2; done; cat left`;
    expect(await run(line)).toMatchObject({ status: 0, out: '' });
  });

  test('SIGTERM is passed on, and the status is what the command makes of it', async () => {
    // What another command left in the file is not this one's.
    const line = `: > out; ${CLIENT} exec box 'trap "echo caught; exit 9" TERM; echo ready; while :; do sleep 0.1; done' > out & p=$!
      until grep -q ready out; do sleep 0.1; done; kill -TERM $p; wait $p; echo $?; cat out`;
    expect((await run(line)).out).toBe('9\nready\ncaught\n');
  });

  test('on a terminal the command has one, of its kind and size, which follows; Ctrl-C is the guest’s', async () => {
    const { text, type, resize, status } = onTerminal(
      `viv exec box 'tty; echo $TERM; stty size; while :; do stty size; sleep 0.2; done'; exit $?`,
    );
    await vi.waitFor(() => expect(text()).toMatch(/^\/dev\/pts\/0\r+\nxterm-256color\r+\n30 100\r+\n/), PATIENCE);
    resize(120, 40);
    await vi.waitFor(() => expect(text()).toMatch(/\n40 120\r/), PATIENCE);
    type('\x03');
    expect(await status).toBe(130);
  });

  test('--no-tty and --tty decide otherwise, and errors that go elsewhere stay apart', async () => {
    const without = onTerminal(`viv exec --no-tty box 'test -t 0 || echo no terminal'; exit $?`);
    expect([await without.status, without.text()]).toEqual([0, 'no terminal\r\n']);
    expect(await run(`printf 'line\\n' | viv exec --tty box 'read line; test -t 1 && echo "$line"'`)).toMatchObject({
      status: 0,
      out: 'line\r\nline\r\n',
    });
    const apart = onTerminal(`viv exec box 'test -t 1 && echo words >&2' 2> err; exit $?`);
    expect([await apart.status, apart.text()]).toEqual([0, '']);
    expect((await run('cat err')).out).toBe('words\n');
  });

  test('a login shell where no command is given; Ctrl-A X leaves it', async () => {
    const { text, type, status } = onTerminal('viv exec box; exit $?');
    await vi.waitFor(() => expect(text()).toMatch(/# /), PATIENCE);
    type('echo $((6*7))\r');
    await vi.waitFor(() => expect(text()).toMatch(/\n42\r/), PATIENCE);
    type('\x01x');
    expect(await status).toBe(1);
  });

  test('on a terminal the foreground job is hung up too, and can still write', async () => {
    const { text, type, status } = onTerminal('viv exec box; exit $?');
    await vi.waitFor(() => expect(text()).toMatch(/# /), PATIENCE);
    const job = 'trap "seq 50000; echo gone > job; exit" HUP; echo rea""dy; while :; do sleep 0.1; done';
    type(`trap : HUP; sh -c '${job}'\r`);
    await vi.waitFor(() => expect(text()).toContain('ready'), PATIENCE);
    type('\x01x');
    expect(await status).toBe(1);
    const result = await run("until viv exec box 'test -e job'; do sleep 0.2; done; viv exec box 'cat job'");
    expect(result).toEqual({ status: 0, out: 'gone\n', err: '' });
  });

  test('the shell on the console has the size of the terminal that attaches, and resize finds it out', async () => {
    const { text, type, status } = onTerminal('viv console box; exit $?');
    await vi.waitFor(() => expect(text()).toMatch(/# /), PATIENCE);
    await vi.waitFor(async () => {
      type('stty size\r');
      await vi.waitFor(() => expect(text()).toMatch(/\n30 100\r/), { timeout: 3000 });
    }, PATIENCE);
    type('resize; stty size\r');
    await vi.waitFor(() => expect(text()).toContain('\x1b[999;999H\x1b[6n'), PATIENCE);
    type('\x1b[44;133R');
    await vi.waitFor(() => expect(text()).toMatch(/44 133\r/), PATIENCE);
    type('\x01x');
    expect(await status).toBe(0);
  });

  test('what happens to the guest ends its commands, each with a status of its own; afterwards there are new ones', async () => {
    const line = (act: string) =>
      `: > out; viv exec box 'echo ready; sleep 100' > out & p=$!; until grep -q ready out; do sleep 0.1; done; ${act}; wait $p; echo $?`;
    await run('viv snapshot create box here');
    expect(await run(line('viv snapshot restore box here > /dev/null'))).toMatchObject({
      out: '1\n',
      err: expect.stringContaining('viv: "box" was restored to a snapshot\n'),
    });
    expect(await run(line("viv exec box 'reboot -f'; echo $?"))).toMatchObject({ out: '121\n121\n' });
    expect(await run(line("viv exec box 'echo c > /proc/sysrq-trigger'; echo $?"))).toMatchObject({ out: '122\n122\n' });
    expect(await run('viv reset box; viv exec box "echo anew"')).toEqual({ status: 0, out: 'anew\n', err: '' });
    expect(await run("viv exec box 'tail /dev/zero'")).toMatchObject({
      status: 123,
      err: expect.stringMatching(/^viv: the guest ran out of memory/),
    });
    expect(await run('viv pause box; viv exec box true; s=$?; viv resume box; exit $s')).toMatchObject({
      status: 1,
      err: 'viv: "box" is paused: viv resume resumes it\n',
    });
    expect(await run(line("viv exec box 'poweroff -f'; echo $?"))).toMatchObject({ out: '120\n120\n' });
    expect(await run('viv exec box true')).toMatchObject({ status: 1, err: expect.stringContaining('viv start starts it') });
    expect(await run('viv start box; viv exec box "echo up"')).toMatchObject({ status: 0, out: 'up\n' });
    expect(await run('viv shutdown box && viv list --json')).toMatchObject({
      status: 0,
      out: expect.stringContaining('"reason": "powered off by the guest"'),
    });
  });
});

test('a machine without the agent says so', async () => {
  const { run } = guestBox();
  const result = await run(
    'viv create hello --template hello-riscv64; viv start hello; viv exec hello true; s=$?; viv stop hello; exit $s',
  );
  expect(result).toMatchObject({ status: 1, err: expect.stringContaining('without the port vivarium.exec') });
});
