/** `viv run --share` and `viv share`: a real guest has the host's files, and keeps them over a return to a snapshot. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { fuseMount } from '../kit/fuse-mount.ts';
import { describeWith } from '../kit/tools.ts';
import { guestBox } from './guest-box.ts';
import { viv } from './viv.ts';

const LIMIT = 480_000;

function folder(): string {
  const made = join(temporaryFolder(), 'work');
  mkdirSync(made);
  writeFileSync(join(made, 'name'), 'of the host\n');
  return made;
}

describeWith(['apt'], 'a guest with shared folders', () => {
  test.each([
    ['debian-riscv64', 'auto', 'mmio', '9p'],
    // Its kernel has no 9P.
    ['debian-amd64', 'auto', 'pci', 'virtiofs'],
  ] as const)('of %s (%s, %s) reads and writes them', { timeout: LIMIT }, async (template, engine, bus, third) => {
    const [own, safe, nine] = [folder(), folder(), folder()];
    const script = [
      'cd /mnt/work',
      'cat name',
      'mkdir -p d/e && dd if=/dev/zero of=d/big bs=64k count=32 2>/dev/null && mv d moved',
      'exec 3>>open; rm open; echo unseen >&3 && exec 3>&-',
      'ln -s /etc/hostname link && readlink link && wc -c < moved/big && rm link',
      'touch /mnt/safe/new 2>/dev/null || echo refused; cat /mnt/safe/name',
      'cd /mnt/nine && mkdir d && cat name > d/copy && exec 3>>open && rm open && echo unseen >&3 && exec 3>&-',
      'head -c 300000 /dev/zero | tr "\\0" x > long && mv d moved && wc -c < long && ls && cat moved/copy',
      `grep -c '^nine /mnt/nine ${third} ' /proc/mounts`,
    ];
    const given = ['--template', template, '--engine', engine, ...(bus === 'mmio' ? [] : ['--virtio', bus]), '--net', 'none'];
    const shared = [
      '--share',
      `${own},tag=work`,
      '--share',
      `${safe},tag=safe,readonly`,
      '--share',
      `${nine},tag=nine${third === '9p' ? ',protocol=9p' : ''}`,
    ];
    const ran = await viv(undefined, 'run', ...given, ...shared, '--run', script.join('\n'));
    expect(ran).toEqual({
      status: 0,
      err: '',
      out: 'of the host\n/etc/hostname\n2097152\nrefused\nof the host\n300000\nlong\nmoved\nname\nof the host\n1\n',
    });
    expect(readFileSync(join(own, 'moved', 'big')).every((byte) => byte === 0)).toBe(true);
  });

  test('has folders that come and go while it runs, and goes on writing after a return to a snapshot', { timeout: LIMIT }, async () => {
    const box = guestBox();
    const shared = folder();
    const path = join(shared, 'log');
    const lines = () => readFileSync(path, 'latin1').split('\n').length;
    const more = (than: number) => vi.waitFor(() => expect(lines()).toBeGreaterThan(than), { timeout: 60_000, interval: 100 });
    const ok = async (line: string) => {
      const ran = await box.run(line);
      expect([line, ran.status, ran.err]).toEqual([line, 0, expect.any(String)]);
      return ran;
    };
    await ok('viv create box --template debian-riscv64 --net none && viv start box');
    expect((await ok('viv exec box "ls /mnt/shares"')).out).toBe('');
    expect((await ok(`viv share add box ${shared},tag=late`)).err).toContain('/mnt/shares/late');
    expect((await ok('viv exec box "cat /mnt/shares/late/name"')).out).toBe('of the host\n');
    // It keeps the file open over everything that follows.
    await ok(`viv exec box 'exec >/dev/null 2>&1; (exec 5>>/mnt/shares/late/log; while :; do echo tick >&5; sleep 0.1; done) &'`);
    await vi.waitFor(() => lines(), { timeout: 60_000, interval: 100 });
    await more(3);
    await ok('viv snapshot create box open');
    await more(lines() + 3);
    await ok('viv snapshot restore box open');
    await more(lines() + 3);
    await ok('viv stop box && viv snapshot restore box open');
    await more(lines() + 3);
    await ok('viv share remove box late');
    expect(await box.run('viv exec box "cat /mnt/shares/late/name"')).toMatchObject({ err: expect.stringContaining('No such file') });
    await ok('viv stop box');
  });
});

describeWith(['apt', 'fuse'], 'a host folder that hangs', () => {
  test('holds up neither consoles nor disks, and is there again when it answers', { timeout: LIMIT }, async () => {
    const box = guestBox();
    const mounted = await fuseMount(folder());
    const ok = async (line: string) => {
      const ran = await box.run(line);
      expect([line, ran.status, ran.err]).toEqual([line, 0, expect.any(String)]);
      return ran.out;
    };
    await ok(`viv create box --template debian-riscv64 --net none --drive size=16M --share ${mounted.path},tag=work && viv start box`);
    expect(await ok('viv exec box "cat /mnt/work/name"')).toBe('of the host\n');
    mounted.hang(true);
    let waits = true;
    const asked = box.run('viv exec box "ls /mnt/work/nosuch 2>&1; cat /mnt/work/name"').finally(() => (waits = false));
    // The serial console echoes what is typed and runs it; the agent's answers; the disk writes and gives back, for real each time.
    const { type, text, status } = box.onTerminal('viv console box');
    const sees = (what: string) => vi.waitFor(() => expect(text()).toContain(what), { timeout: 120_000, interval: 100 });
    for (const round of [1, 2, 3]) {
      const sum = `head -c 1000000 /dev/zero | tr '\\0' ${round} | sha256sum`;
      const write = `head -c 1000000 /dev/zero | tr '\\0' ${round} | dd of=/dev/vda bs=64k conv=fsync 2>/dev/null`;
      // A sync of everything would wait for the folder, too.
      const onDisk = `${write}; echo 1 > /proc/sys/vm/drop_caches; head -c 1000000 /dev/vda | sha256sum`;
      expect(await ok(`viv exec box "${onDisk}"`)).toBe(await ok(`viv exec box "${sum}"`));
      type(`echo round $((${round} * 11))\r`);
      await sees(`round ${round * 11}`);
    }
    expect(waits).toBe(true);
    mounted.hang(false);
    expect(await asked).toMatchObject({ status: 0, out: expect.stringMatching(/No such file[^]*of the host\n$/) });
    type('\x01x');
    await status;
    await ok('viv stop box');
  });
});

test('what is no folder is said before anything starts', async () => {
  const file = join(folder(), 'name');
  const run = (share: string) => viv(undefined, 'run', '--template', 'hello-riscv64', '--share', share);
  expect(await run(file)).toMatchObject({ status: expect.any(Number), err: expect.stringContaining(`${file} is no folder`) });
  expect((await run(`${file}-gone`)).err).toContain(`the shared folder ${file}-gone cannot be used`);
  expect((await run(`${file},tag=a/b`)).err).toContain('takes PATH[,tag=TAG][,readonly][,protocol=9p]');
});
