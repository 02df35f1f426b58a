/** `viv run --net NETWORK`: a throwaway machine among those of the library, over the program that has the network. */
import { afterAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkStatus } from '../../preload/contract/networks.ts';
import { describeWith } from '../kit/tools.ts';
import { guestBox } from './guest-box.ts';

const LIMIT = 400_000;

describeWith(['apt'], 'a throwaway machine on a network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-run-net-'));
  const { run } = guestBox(folder);
  afterAll(async () => {
    await run('viv stop box');
    rmSync(folder, { recursive: true, force: true });
  });
  const ok = async (line: string) => {
    const ran = await run(line);
    expect(ran, line).toMatchObject({ status: 0 });
    return ran.out;
  };
  const networks = async () => JSON.parse(await ok('viv network list --json')) as readonly NetworkStatus[];

  test('that is not there is refused before anything is fetched', { timeout: LIMIT }, async () => {
    expect(await run('viv run --template debian-riscv64 --net lab --run true')).toEqual({
      status: 1,
      out: '',
      err: 'viv: there is no network "lab": make it with viv network create lab\n',
    });
    await ok('viv network create lab --kind host-only --mtu 1400');
    expect((await run('viv run --template debian-riscv64 --net labor --run true')).err).toBe(
      'viv: there is no network "labor": there are nat, lab; viv network create labor makes it\n',
    );
  });

  test('reaches the others by name, and is reached, and is listed as long as it runs', { timeout: LIMIT }, async () => {
    await ok('viv create box --template debian-riscv64 --memory 256M --net lab && viv start box');
    const inGuest = [
      'ping -c 1 -W 60 box > /dev/null && echo pinged',
      'cat /sys/class/net/eth0/mtu',
      // It ends with the connection, not with an input of its own.
      'mkfifo /tmp/in; sleep 100000 > /tmp/in & nc -l -p 7000 < /tmp/in > /tmp/got',
      'sha256sum < /tmp/got',
    ].join('\n');
    const running = run(`viv run --template debian-riscv64 --memory 256M --net lab --run '${inGuest}'`);
    const temporary = async () => (await networks())[0]?.members.find(({ isTemporary }) => isTemporary);
    for (let tries = 0; !(await temporary()) && tries < 100; tries++);
    expect(await temporary()).toMatchObject({ machine: 'debian-riscv64', address: '10.86.1.16', isRunning: true, card: 0 });
    // A few megabytes, through the wire both ways.
    const send =
      'seq 400000 > /tmp/sent; n=0; until nc debian-riscv64 7000 < /tmp/sent || [ $n = 600 ]; do n=$((n+1)); sleep 0.2; done; sha256sum < /tmp/sent';
    const sum = await ok(`viv exec box '${send}'`);
    expect(await running).toEqual({ status: 0, out: `pinged\n1400\n${sum}`, err: '' });
    for (let tries = 0; (await temporary()) && tries < 100; tries++);
    expect((await networks())[0]?.members.map(({ machine }) => machine)).toEqual(['box']);
  });

  test('has its cable pulled when the program that has the network ends, and goes on', { timeout: LIMIT }, async () => {
    const alone = guestBox();
    expect(await alone.run('viv network create lab --kind host-only')).toMatchObject({ status: 0 });
    // The guest says when it runs, and whether its card still has a carrier.
    const inGuest =
      'echo runs; n=0; until [ $(cat /sys/class/net/eth0/carrier) = 0 ] || [ $n = 600 ]; do n=$((n+1)); sleep 0.1; done; echo after $?';
    const ended = await alone.run(
      `"$NODE" "$VIV" serve & serve=$!; until viv network list > /dev/null; do sleep 0.1; done
       viv run --template debian-riscv64 --memory 256M --net lab --run '${inGuest}' > out 2> err & run=$!
       until grep -q runs out; do sleep 0.1; done
       viv network delete lab 2> refused; kill $serve
       wait $run; status=$?; cat out err refused; exit $status`,
    );
    expect(ended).toEqual({
      status: 0,
      err: '',
      out:
        'runs\nafter 0\nviv: the cable to the network "lab" is pulled: the program that runs the machines has ended\n' +
        'viv: the network "lab" is in use by "debian-riscv64", which viv run started: end that first\n',
    });
  });
});
