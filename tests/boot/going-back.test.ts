/** What Debian's kernel makes of going back: its random numbers are others each time, and the kit sets its clock right. */
import { expect, test } from 'vitest';
import { GuestKit } from '../../main/images/index.ts';
import { attach, pointOf, restorePoint, sleep, type Attached } from '../emulator/machine/bare-machine.ts';
import { describeWith } from '../kit/tools.ts';
import { GUEST_TOOLS, TEMPLATE } from './parts.ts';

const UUID = /uuid:([0-9a-f-]{36})/g;
/** What random.c says when the generation ID is another one. */
const RESEEDED = 'crng reseeded due to virtual machine fork';
/** As far as a clock that counts whole seconds may be away, while the answer is on its way. */
const SECONDS = 4;

const type = ({ machine }: Attached, text: string) => machine.write(0, Buffer.from(text));
const uuids = ({ printed }: Attached) => [...printed().matchAll(UUID)].map(([, uuid]) => uuid as string);

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const limit = Date.now() + 60_000; !holds(); await sleep(50)) if (Date.now() > limit) throw new Error(`it did not come: ${what}`);
}
async function uuid(guest: Attached): Promise<string> {
  const before = uuids(guest).length;
  void type(guest, 'echo "uuid:$(cat /proc/sys/kernel/random/uuid)"\r');
  await until(() => uuids(guest).length > before, 'a UUID');
  return uuids(guest).at(-1) as string;
}

describeWith(GUEST_TOOLS, 'debian-riscv64 that goes back', () => {
  test('makes other random numbers each time, and has the time of day soon', { timeout: 180_000 }, async () => {
    const { boot, ports, memoryMiB } = await new GuestKit().prepare(TEMPLATE);
    const memoryBytes = memoryMiB * 2 ** 20;
    const configuration = { board: 'riscv64-virt', memoryBytes, cores: 1, engine: 'auto', boot, disks: [], ports } as const;
    const original = await attach(configuration);
    await original.says('~');
    void type(original, 'grep vmgenid /proc/interrupts && echo "rea""dy"\r');
    await original.says('ready');
    const point = await pointOf(await original.machine.save());
    const seen = [await uuid(original)];
    // In place, twice.
    for (let time = 0; time < 2; time++) {
      const from = await pointOf(await original.machine.save({ onlyChanged: true }), point);
      await original.machine.restore(restorePoint(point, memoryBytes, { from }));
      await until(() => original.printed().split(RESEEDED).length > time + 1, RESEEDED);
      seen.push(await uuid(original));
    }
    await original.machine.stop();
    // Machines of their own, whose clocks stood still meanwhile.
    await sleep(2 * SECONDS * 1000);
    for (let copy = 0; copy < 2; copy++) {
      const branch = await attach(configuration, restorePoint(point, memoryBytes));
      await branch.says(RESEEDED);
      seen.push(await uuid(branch));
      const isRight = () => {
        const times = [...branch.printed().matchAll(/now:(\d+)/g)];
        return Math.abs(Number(times.at(-1)?.[1] ?? 0) - Date.now() / 1000) < SECONDS;
      };
      for (const limit = Date.now() + 60_000; !isRight() && Date.now() < limit; await sleep(500))
        void type(branch, 'echo "now:$(date +%s)"\r');
      expect(isRight()).toBe(true);
      await branch.machine.stop();
    }
    expect(new Set(seen).size).toBe(5);
  });
});
