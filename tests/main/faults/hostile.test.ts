/**
 * Hostile guests and images under the whole program: a guest that writes nonsense into its disk's queue, and images made
 * to mislead. Neither may bring anything down but itself. (The same, deeper and seeded, by itself: tests/devices/virtio-fuzz
 * and tests/emulator/disk.)
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../../emulator/isa/assembly.ts';
import { FIELD } from '../../../emulator/disk/qcow2/format.ts';
import { CLUSTER, SmallImage } from '../../emulator/disk/small-image.ts';
import { guestDefinition } from '../../soak/guest-definition.ts';
import { trialFolder, type TrialFolder } from '../../soak/kill-trials.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { openListening } from './trial-library.ts';

/**
 * Fills descriptors, rings and headers with random words, some of them made to look right, and notifies; resets the device
 * now and then. s0 device, s1 queue, s2 random numbers.
 */
const CHAOS = (seed: number) => `
        li      s0, 0x10001000
        li      s1, 0x80100000
        li      s2, ${seed}
again:  sw      zero, 0x70(s0)
        li      t0, 3
        sw      t0, 0x70(s0)
        li      t0, 1
        sw      t0, 0x24(s0)
        sw      t0, 0x20(s0)
        sw      zero, 0x24(s0)
        lw      t0, 0x10(s0)
        call    next
        and     t0, t0, a0
        sw      t0, 0x20(s0)
        li      t0, 11
        sw      t0, 0x70(s0)
        sw      zero, 0x30(s0)
        li      t0, 64
        sw      t0, 0x38(s0)
        sw      s1, 0x80(s0)
        li      t1, 0x1000
        add     t0, s1, t1
        sw      t0, 0x90(s0)
        add     t0, t0, t1
        sw      t0, 0xa0(s0)
        li      t0, 1
        sw      t0, 0x44(s0)
        li      t0, 15
        sw      t0, 0x70(s0)
        li      s3, 200
round:  mv      t0, s1                  # 64 descriptors: address near the queue or anywhere, length, flags, next
        li      t1, 64
1:      call    next
        andi    t2, a0, 7
        beqz    t2, 2f
        li      t3, 0x3ffff
        and     a0, a0, t3
        add     a0, a0, s1
2:      sd      a0, 0(t0)
        call    next
        srli    t2, a0, 60
        beqz    t2, 3f
        andi    a0, a0, 0x7ff
3:      sw      a0, 8(t0)
        call    next
        andi    a0, a0, 7
        sh      a0, 12(t0)
        call    next
        andi    a0, a0, 63
        sh      a0, 14(t0)
        addi    t0, t0, 16
        addi    t1, t1, -1
        bnez    t1, 1b
        li      t1, 0x1000
        add     t0, s1, t1
        call    next
        andi    a0, a0, 127
        sh      a0, 6(t0)
        lhu     t2, 2(t0)
        call    next
        andi    a0, a0, 15
        add     t2, t2, a0
        fence   rw, rw
        sh      t2, 2(t0)
        sw      zero, 0x50(s0)
        addi    s3, s3, -1
        bnez    s3, round
        li      t0, 0x10000000
        li      t1, 10
        sb      t1, 0(t0)
        j       again
next:   slli    a0, s2, 13
        xor     s2, s2, a0
        srli    a0, s2, 7
        xor     s2, s2, a0
        slli    a0, s2, 17
        xor     s2, s2, a0
        mv      a0, s2
        ret
`;
const SEED = Number(process.env['VIVARIUM_SEED'] ?? 1 + (Date.now() % 1_000_000));

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

it(`a guest that writes nonsense into its queue is stopped by nothing and harms nothing (seed ${SEED})`, async () => {
  const trial = trialFolder(temporaryFolder());
  const program = join(trial.folder, 'chaos.bin');
  writeFileSync(program, assemble(CHAOS(SEED)).bytes);
  const before = hashOf(trial.base);
  const { program: app, worked } = await openListening(trial);
  try {
    const { id } = await app.machines.create({ definition: { ...guestDefinition('chaos', program, trial.base), onQuit: 'stop' } });
    const quiet = await app.machines.create({ definition: { ...guestDefinition('quiet', trial.program, trial.base), onQuit: 'stop' } });
    await app.machines.start(id);
    await worked(id, 5);
    const { snapshot } = await app.snapshots.create(id, {});
    expect((await app.stored(id, snapshot.id))?.state).toBe('ready');
    await worked(id, 5);
    await app.snapshots.restore(snapshot.id);
    await worked(id, 5);
    await app.machines.pause(id);
    await app.machines.resume(id);
    await app.machines.stop(id);
    // Another machine on the same image is none the worse.
    await app.machines.start(quiet.id);
    await worked(quiet.id, 30);
  } finally {
    await app.close();
  }
  expect(hashOf(trial.base)).toBe(before);
});

describe('a qcow2 image made to mislead', () => {
  let valid: SmallImage;
  beforeAll(async () => {
    valid = await SmallImage.of(Uint8Array.from({ length: 256 * CLUSTER }, (_, index) => (index >> 12) + 1));
  });
  /** A machine on it. @returns what a start says, and what the guest does */
  async function tryImage(trial: TrialFolder, bytes: Uint8Array): Promise<{ refusal?: string; said?: string; state: string }> {
    const path = join(trial.folder, 'hostile.qcow2');
    writeFileSync(path, bytes);
    const { program: app, worked } = await openListening(trial);
    try {
      const base = guestDefinition('hostile', trial.program, path);
      const made = await app.machines.create({
        definition: { ...base, disks: [{ path, format: 'qcow2', readonly: false, writes: 'overlay' }], onQuit: 'stop' },
      });
      const refusal = await app.machines.start(made.id).then(
        () => undefined,
        (error: Error) => error.message,
      );
      const said =
        refusal === undefined
          ? await worked(made.id, 20).then(
              () => 'nothing',
              (error: Error) => error.message,
            )
          : undefined;
      const { state } = await app.machines.get(made.id);
      if (refusal === undefined && state === 'running') await app.machines.stop(made.id);
      expect(hashOf(path)).toBe(createHash('sha256').update(bytes).digest('hex'));
      return { state, ...(refusal === undefined ? {} : { refusal }), ...(said === undefined ? {} : { said }) };
    } finally {
      await app.close();
    }
  }

  it.each([
    ['that is its own backing file', (image: SmallImage) => image.backedBy('hostile.qcow2', 'qcow2')],
    ['of 16 exabytes', (image: SmallImage) => image.set64(FIELD.size, 0xffff_ffff_ffff_ffffn)],
    ['with an L1 table of 32 GiB', (image: SmallImage) => image.set32(FIELD.l1Size, 0xffff_ffff)],
    ['whose L2 table is its L1 table', (image: SmallImage) => image.set64(image.l1, BigInt(image.l1))],
    ['on a file that is no image of ours', (image: SmallImage) => image.backedBy('/etc/hostname', 'qcow2')],
  ] as const)('%s is refused in a sentence', async (_, spoil) => {
    const trial = trialFolder(temporaryFolder());
    mkdirSync(trial.home.folder, { recursive: true });
    const { refusal, state } = await tryImage(trial, spoil(valid.copy()).bytes);
    expect(refusal).toMatch(/hostile\.qcow2|hostname/);
    expect(refusal).not.toMatch(/undefined|TypeError|inside Vivarium/);
    expect(['off', 'failed']).toContain(state);
  });

  it('whose data lies in its own tables gives the guest errors, and nothing else', async () => {
    const trial = trialFolder(temporaryFolder());
    const image = valid.copy();
    image.set64(image.l2(), BigInt(image.l1));
    expect(image.bytes.length % CLUSTER).toBe(0);
    const { said } = await tryImage(trial, image.bytes);
    expect(said).toContain('the disk refused a request');
  });
});
