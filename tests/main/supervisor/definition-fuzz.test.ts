/**
 * Definitions that nobody would write: a right one with things changed, lost or added at any depth; and some that are right.
 * Each is refused with the name of what is wrong, or is a machine that can be listed, looked at, started or refused in words,
 * changed back and deleted; an innocent machine is none the worse. A failure prints its seed; VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes it longer.
 */
import { expect, onTestFinished, test } from 'vitest';
import { CodedError } from '../../../emulator/error/coded-error.ts';
import { kindOf } from '../../../preload/contract/errors/catalogue.ts';
import { createApplication } from '../../../main/application.ts';
import type { MachineDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import { random } from '../../soak/random.ts';
import { otherJson } from '../faults/wild-rows.ts';
import { bareDefinition, scriptedEmulator } from '../scripted-machine.ts';
import { temporaryHome } from '../temporary-home.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 150);

/** With every field that there is. */
const full: MachineDefinition = {
  ...bareDefinition('full'),
  template: 'hello-riscv64',
  boot: { kind: 'linux', kernel: process.execPath, initrd: process.execPath, commandLine: 'quiet', firmware: process.execPath },
  disks: [
    { readonly: false, writes: 'overlay', sizeBytes: 2 ** 20 },
    { path: process.execPath, format: 'raw', readonly: true },
  ],
  ports: [{ name: 'a' }, { name: 'b.c' }],
  virtio: 'pci',
  devices: ['edu'],
  note: 'a note',
  checkpoints: { everySeconds: 60, budgetBytes: 2 ** 30 },
  onQuit: 'stop',
};
const OPTIONAL = new Set(['ports', 'virtio', 'devices', 'note', 'checkpoints', 'onQuit']);

/** The same without some of what may be left out: right as well. */
const fewer = (dice: ReturnType<typeof random>): unknown =>
  Object.fromEntries(Object.entries(full).filter(([field]) => !OPTIONAL.has(field) || dice.once(2)));

test(`changed at any depth (VIVARIUM_SEED=${SEED})`, { timeout: 600_000 }, async () => {
  const { startMachine } = scriptedEmulator();
  const application = await createApplication({ shell: 'browser', program: 'the tests', home: temporaryHome(), startMachine });
  onTestFinished(() => application.close());
  const call = (method: string, ...args: unknown[]) => application.dispatch('machines', method, args);
  const innocent = (await call('create', { definition: bareDefinition('innocent') })) as MachineStatus;
  const outcomes = { made: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const context = `VIVARIUM_SEED=${SEED + round} VIVARIUM_ROUNDS=1`;
    const dice = random(SEED + round);
    let candidate: unknown = JSON.parse(JSON.stringify(fewer(dice)));
    for (let changes = dice.once(3) ? 0 : 1 + dice.below(3); changes > 0; changes--) candidate = otherJson(dice, candidate);
    // What a person is told; never a fault of ours.
    const attempt = (work: Promise<unknown>) =>
      work.then(
        (value) => ({ value }),
        (error: Error) => {
          expect(
            [error instanceof CodedError ? kindOf(error) : error.name, error.message.length > 10],
            `${context}: ${error.message}`,
          ).toEqual([expect.stringMatching(/^(invalid|conflict|unavailable|missing|changed)$/), true]);
          return undefined;
        },
      );
    await attempt(call('check', candidate));
    const made = (await attempt(call('create', { definition: candidate }))) as { value: MachineStatus } | undefined;
    outcomes[made ? 'made' : 'refused'] += 1;
    await attempt(call('update', innocent.id, candidate));
    if (!made) continue;
    const { id } = made.value;
    await attempt(call('deviceTree', id));
    await attempt(call('start', id));
    await attempt(application.dispatch('disks', 'list', [id]));
    await attempt(application.dispatch('consoles', 'list', [id]));
    await attempt(application.dispatch('snapshots', 'timeline', [id]));
    await attempt(call('stop', id));
    await attempt(call('undo', id));
    await attempt(call('update', id, { note: 'changed' }));
    await attempt(call('delete', id));
    await attempt(call('list'));
    await attempt(call('bin'));
  }
  expect(await call('update', innocent.id, { ...bareDefinition('innocent'), note: 'still here' })).toMatchObject({ state: 'off' });
  await call('start', innocent.id);
  expect(await call('get', innocent.id)).toMatchObject({ state: 'running' });
  if (ROUNDS >= 100) for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(0);
});
