/** `viv run --share` and `viv share`: a real guest has the host's files, and keeps them over a return to a snapshot. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { describeWith } from '../kit/tools.ts';
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
    ['debian-riscv64', 'auto', 'mmio'],
    ['debian-amd64', 'auto', 'pci'],
  ] as const)('of %s (%s, %s) reads and writes them', { timeout: LIMIT }, async (template, engine, bus) => {
    const [own, safe] = [folder(), folder()];
    const script = [
      'cd /mnt/work',
      'cat name',
      'mkdir -p d/e && dd if=/dev/zero of=d/big bs=64k count=32 2>/dev/null && mv d moved',
      'exec 3>>open; rm open; echo unseen >&3 && exec 3>&-',
      'ln -s /etc/hostname link && readlink link && wc -c < moved/big && rm link',
      'touch /mnt/safe/new 2>/dev/null || echo refused; cat /mnt/safe/name',
    ];
    const given = ['--template', template, '--engine', engine, ...(bus === 'mmio' ? [] : ['--virtio', bus]), '--net', 'none'];
    const shared = ['--share', `${own},tag=work`, '--share', `${safe},tag=safe,readonly`];
    const ran = await viv(undefined, 'run', ...given, ...shared, '--run', script.join('\n'));
    expect(ran).toEqual({ status: 0, err: '', out: 'of the host\n/etc/hostname\n2097152\nrefused\nof the host\n' });
    expect(readFileSync(join(own, 'moved', 'big')).every((byte) => byte === 0)).toBe(true);
  });
});

test('what is no folder is said before anything starts', async () => {
  const file = join(folder(), 'name');
  const run = (share: string) => viv(undefined, 'run', '--template', 'hello-riscv64', '--share', share);
  expect(await run(file)).toMatchObject({ status: expect.any(Number), err: expect.stringContaining(`${file} is no folder`) });
  expect((await run(`${file}-gone`)).err).toContain(`the shared folder ${file}-gone cannot be used`);
  expect((await run(`${file},tag=a/b`)).err).toContain('takes PATH[,tag=TAG][,readonly]');
});
