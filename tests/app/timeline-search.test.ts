/** Snapshots are found by their names, notes and what consoles printed around them. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { WEEK, type Scripted } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

function prepare({ machines, timeline }: FakeMain, scripted: readonly Scripted[]): void {
  const { id } = machines.add(machines.plain('debian', 'debian-riscv64'));
  void machines.service.start(id);
  timeline.script(id, scripted);
}

describeWith(['chromium'], 'finding in the timeline', () => {
  const open = windows();

  test('names, notes and consoles are searched, and the hits are stepped through', async () => {
    const near: Scripted = { id: 'S1', parent: 'S09', name: 'before the change', agoMs: 60_000 };
    const { page } = await open({ prepare: (main) => prepare(main, [...WEEK, near]) });
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByRole('listbox', { name: 'Timeline' }).waitFor();
    const selected = () =>
      page.getByRole('listbox', { name: 'Timeline' }).getByRole('option', { selected: true }).getAttribute('aria-label');
    await page.keyboard.press('Control+f');
    const field = page.getByRole('searchbox', { name: 'Find in names, notes and console output' });
    await field.fill('strace');
    const status = page.getByRole('search').getByRole('status');
    await expect.poll(() => status.innerText()).toBe('1 snapshot');
    await page.keyboard.press('Enter');
    await expect.poll(selected).toMatch(/^Tools installed/);
    await page.getByRole('search').getByText('gcc, make and strace').waitFor();
    await field.fill('upgrade');
    await expect.poll(() => status.innerText()).toBe('3 snapshots');
    await page.keyboard.press('Shift+Enter');
    await expect.poll(selected).toMatch(/^Before the upgrade/);
    await page.keyboard.press('Shift+Enter');
    await expect.poll(selected).toMatch(/^Upgrade went wrong/);
    await expect.poll(() => status.innerText()).toBe('2 of 3');
    // What the console printed stands with the snapshot that is nearest.
    await field.fill('Welcome to Debian');
    await expect.poll(() => status.innerText()).toBe('1 snapshot');
    await page.keyboard.press('Enter');
    await expect.poll(selected).toMatch(/^before the change/);
    await page.getByRole('search').getByRole('button', { name: 'Show in the console' }).click();
    await expect.poll(() => page.url()).toMatch(/console\/0\/\d+$/);
    // Once the reader has the focus, keys are its own; those of the window still lead out of it.
    const reader = page.getByRole('textbox', { name: /^Earlier output/ });
    await expect.poll(() => reader.evaluate((element) => element === document.activeElement).catch(() => false)).toBe(true);
    await page.keyboard.press('Alt+2');
    await field.fill('nowhere at all');
    await page.getByText('Not found').waitFor();
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
  });
});
