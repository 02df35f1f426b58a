/** Long work in the window: its list, another try, its log; messages that stay out of the way; notifications. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { describeWith } from '../kit/tools.ts';
import { showsText, typeLine } from './browser.ts';
import { windows, type FakeMain } from './window.ts';

const prepare = ({ machines }: FakeMain) => {
  machines.add(machines.plain('alpha', 'debian-riscv64'));
  void machines.service.start(machines.first());
};
const exporting = ({ machines }: FakeMain): TaskStatus => ({
  ...{ id: 'T1', kind: 'export-machine', subject: { machine: machines.first(), name: 'alpha', path: '/a.vivarium' } },
  ...{ state: 'running', message: { code: 'step-storing-memory', facts: {} }, startedAt: Date.now() - 60_000, fraction: 0.4 },
});
const FULL = { code: 'archive-disk-full', facts: { file: '/a.vivarium' } };
/** Replaces what a browser shows outside of its page, and the person who looks at it. */
async function beside(page: Page, permission: string) {
  await page.addInitScript((given) => {
    const made: string[] = [];
    class Told extends EventTarget {
      static permission = given;
      static requestPermission = () => Promise.resolve((Told.permission = 'granted'));
      constructor(title: string, { body }: { body: string }) {
        super();
        made.push(`${title}: ${body}`);
        Object.assign(globalThis, { lastNotification: this });
      }
      close() {}
    }
    Object.assign(globalThis, { Notification: Told, made });
    document.hasFocus = () => false;
  }, permission);
  await page.reload();
}
const made = (page: Page) => page.evaluate(() => (globalThis as unknown as { made: string[] }).made);

describeWith(['chromium'], 'tasks', () => {
  const open = windows();

  test('are listed with their progress; a failed one says why, shows its log, and leads out of it', async () => {
    const { page, main } = await open({ prepare });
    main.steps.push({ at: Date.now() - 50_000, message: { code: 'step-keeping-present', facts: {} } });
    main.task(exporting(main));
    await page.getByRole('button', { name: 'Tasks, 1 running' }).click();
    await page.getByRole('dialog', { name: 'Tasks' }).getByRole('progressbar').waitFor();
    await page.getByRole('button', { name: 'Log' }).click();
    await page.getByText('Keeping the present').waitFor();
    main.task({ ...exporting(main), state: 'failed', fault: FULL, endedAt: Date.now() } as TaskStatus);
    await page.getByText('/a.vivarium cannot be written: no space left on the disk').waitFor();
    await page
      .getByText(/Failed$/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('button', { name: 'Tasks, 1 running' }).waitFor();
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
    main.task({ ...exporting(main), id: 'T3', state: 'failed', fault: FULL, endedAt: Date.now() } as TaskStatus);
    await page.getByRole('button', { name: 'Show usage' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('Deleted machines', { exact: true }).waitFor();
  });
  test('a message does not cover the line that is typed at, leaves the guest its Escape, and has its button', async () => {
    const { page, main } = await open({ prepare });
    await showsText(page, 'Welcome to Debian');
    await page.locator('.xterm').click();
    for (let line = 0; line < 60; line++) await typeLine(page, `${line}`);
    main.events.application.notice({ level: 'error', what: FULL });
    const message = page.getByRole('region', { name: 'Messages (F8)' }).getByRole('listitem');
    await message.waitFor();
    const covers = () =>
      page.evaluate(() => {
        const cursor = document.querySelector('.xterm-helper-textarea')?.getBoundingClientRect();
        const box = document.querySelector('.stack-of-toasts')?.getBoundingClientRect();
        return cursor && box && box.top < cursor.bottom && cursor.top < box.bottom;
      });
    await expect.poll(covers).toBe(false);
    await page.keyboard.press('Escape');
    expect(await message.count()).toBe(1);
    // In the console F8 is the guest's.
    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('F8');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await message.waitFor({ state: 'detached' });
  });
  test('whoever looks at their tasks is asked about notifications; then the end of long work is told, with the way to it', async () => {
    const { page, main } = await open({ prepare, at: '#/' });
    await beside(page, 'default');
    await page.getByRole('button', { name: 'Tasks' }).click();
    await page.getByRole('button', { name: 'Turn on notifications' }).click();
    await page.getByRole('button', { name: 'Turn on notifications' }).waitFor({ state: 'detached' });
    main.task(exporting(main));
    // One that was short is nothing to be called back for.
    main.task({ ...exporting(main), id: 'T2', startedAt: Date.now(), endedAt: Date.now() + 100, state: 'done' } as TaskStatus);
    main.task({ ...exporting(main), state: 'failed', fault: FULL, endedAt: Date.now() } as TaskStatus);
    await expect
      .poll(() => made(page))
      .toEqual([expect.stringMatching(/^Failed: Exporting "alpha" to \/a\.vivarium\n\/a\.vivarium cannot be/)]);
    await page.evaluate(() =>
      (globalThis as unknown as { lastNotification: EventTarget }).lastNotification.dispatchEvent(new Event('click')),
    );
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    expect(main.notified).toEqual([]);
  });
  test('nothing is told where it is turned off', async () => {
    const { page, main } = await open({ prepare });
    await beside(page, 'granted');
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    main.changeSettings({ notifications: false });
    main.task({ ...exporting(main), state: 'done', endedAt: Date.now() } as TaskStatus);
    main.changeSettings({ notifications: true });
    main.task({ ...exporting(main), id: 'T5', state: 'done', endedAt: Date.now() } as TaskStatus);
    await expect.poll(() => made(page)).toHaveLength(1);
  });
});
