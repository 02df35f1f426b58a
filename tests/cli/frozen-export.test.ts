/** A running guest's disk written as an image: its file systems are at rest for that moment, and go on whatever happens. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWith, tool } from '../kit/tools.ts';
import { guestBox } from './guest-box.ts';

const LIMIT = 480_000;
const MOUNT = 'mkdir -p /d && mount -t ext4 /dev/vda /d';

describeWith(['apt', 'mke2fs', 'debugfs'], 'the disk of a running guest', () => {
  test('is whole in an image although the guest has not written it yet, or it is said why not', { timeout: LIMIT }, async () => {
    const box = guestBox();
    const image = join(box.folder, 'disk.raw');
    expect(spawnSync(tool('mke2fs')!, ['-q', '-t', 'ext4', image, '32M']).status).toBe(0);
    const run = async (line: string) => {
      const ran = await box.run(line);
      expect({ line, status: ran.status, ...(ran.status === 0 ? {} : { err: ran.err }) }).toEqual({ line, status: 0 });
      return ran;
    };
    const look = (file: string, request: string) =>
      spawnSync(tool('debugfs')!, ['-R', request, join(box.folder, file)], { encoding: 'utf8' });
    await run('viv create box --template debian-riscv64 --net none; viv disk import box disk.raw');
    await run('viv start box');
    try {
      // Far from what a guest writes by itself within these seconds.
      const unwritten = 'echo 100000 > /proc/sys/vm/dirty_writeback_centisecs; echo 100000 > /proc/sys/vm/dirty_expire_centisecs';
      await run(
        `viv exec box '${unwritten}; ${MOUNT} -o commit=1000 && echo fresh > /d/new && mkdir /d/again && mount -o bind /d /d/again'`,
      );
      const exported = await run('viv disk export box 1 whole.raw');
      expect(exported.err).not.toContain('power failure');
      expect(look('whole.raw', 'cat /new').stdout).toBe('fresh\n');
      // Its journal holds nothing that is still to be done.
      expect(look('whole.raw', 'stats').stdout).not.toContain('needs_recovery');
      // The guest goes on writing.
      await run("viv exec box 'echo more > /d/more && sync && cat /d/more'");
      await run("viv exec box 'echo unwritten > /d/unwritten'");
      await run('viv pause box');
      const paused = await run('viv disk export box 1 paused.raw');
      expect(paused.err).toMatch(/as after a power failure: .*paused/);
      expect(look('paused.raw', 'cat /unwritten').stdout).toBe('');
      expect(look('paused.raw', 'cat /more').stdout).toBe('more\n');
      await run('viv resume box');
    } finally {
      await box.run('viv stop box');
    }
  });
});
