/** Where a view could not have what it shows, it says why, offers what leads out of it, and another try. */
import { expect, test } from 'vitest';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { describeWith } from '../kit/tools.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

const AT = '#/machines/debian/timeline';
function week(main: FakeMain): void {
  const { id } = main.machines.add({
    ...main.machines.plain('debian', 'debian-riscv64'),
    disks: [{ id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 30 }],
  });
  main.timeline.script(id, WEEK);
  void main.machines.service.update(id, { note: 'changed once' });
}
const damaged = (): never => {
  throw new ContractError('store-damaged', { file: '/store.db', detail: '' });
};
/** A program that cannot answer one of its calls; the answer mends it. */
function broken<S extends object, K extends keyof S>(service: S, call: K, fail: () => never): () => void {
  const whole = service[call];
  service[call] = fail as S[K];
  return () => (service[call] = whole);
}

describeWith(['chromium'], 'what cannot be had', () => {
  const open = windows();

  test.each([
    ['the timeline', AT, ({ timeline }: FakeMain) => broken(timeline.service, 'timeline', damaged), 'Works'],
    ['a comparison', `${AT}/compare/S03/S09`, ({ timeline }: FakeMain) => broken(timeline.service, 'diff', damaged), 'Files (5)'],
    ['a folder', `${AT}/files/S09/0`, ({ timeline }: FakeMain) => broken(timeline.fileService, 'list', damaged), 'etc'],
    [
      'the history',
      '#/machines/debian/hardware/history',
      ({ machines }: FakeMain) => broken(machines.service, 'history', damaged),
      'Changed',
    ],
  ] as const)('%s: why, the check of the library, and another try', async (_what, at, breaks, afterwards) => {
    let mend = (): void => undefined;
    const { page } = await open({
      at,
      prepare(main) {
        week(main);
        mend = breaks(main);
      },
    });
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Check the library…' }).click();
    await page.getByRole('dialog', { name: 'Check the library' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(afterwards, { exact: true }).first().waitFor();
  });
  test('a snapshot that is gone leads out of the comparison to the timeline', async () => {
    const gone = (): never => {
      throw new ContractError('snapshot-gone');
    };
    const { page } = await open({
      at: `${AT}/compare/S03/S09`,
      prepare(main) {
        week(main);
        broken(main.timeline.service, 'diff', gone);
      },
    });
    await page.getByRole('button', { name: 'Show timeline' }).click();
    await page.getByRole('listbox', { name: 'Timeline' }).waitFor();
    expect(page.url()).not.toContain('compare');
  });
});
