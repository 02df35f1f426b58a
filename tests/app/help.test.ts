/** The built-in help, and the tour: by keyboard alone, with the names that a screen reader tells. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { readHelpPages } from '../../main/build/help-pages.ts';
import { describeWith } from '../kit/tools.ts';
import { showsText, typeLine } from './browser.ts';
import { windows } from './window.ts';

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
/** Goes on with Tab until the focus is on what is called so. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 40; step++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to "${name}"`);
}

/** Goes back with Shift+F6, since a console keeps F6, until the focus is in that part of the window. */
async function paneTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 8; step++) {
    await page.keyboard.press('Shift+F6');
    if (await page.evaluate((label) => document.activeElement?.closest(`[aria-label="${label}"]`) !== null, name)) return;
  }
  throw new Error(`no Shift+F6 leads to "${name}"`);
}

describeWith(['chromium'], 'the help', () => {
  const open = windows();

  test('is made of its sources, found by F1, and has addresses', async () => {
    const { page } = await open({ prepare: ({ machines }) => void machines.add(machines.plain('alpha')) });
    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('F1');
    await page.getByRole('heading', { name: 'Help' }).waitFor();
    await page.getByRole('navigation', { name: 'Help' }).getByRole('link', { name: 'Command line' }).click();
    const { commands } = await readHelpPages();
    const all = commands.flatMap((command) => [command, ...command.parts]);
    await page.getByText(`${all.length} of ${all.length} commands`).waitFor();
    await page.getByRole('searchbox').fill('snapshot restore');
    await page.getByText('viv snapshot restore', { exact: true }).click();
    const restore = all.find(({ name }) => name === 'snapshot restore');
    expect(await page.locator('details[open] pre').innerText()).toBe(restore?.help.trim());
    await page.goBack();
    await page.goto(`${page.url().split('#')[0]}#/help/guests`);
    await page.getByRole('heading', { name: 'The agent' }).waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Help' }).waitFor({ state: 'detached' });
  });
  test('the tour ends in a Linux with a snapshot, by keys alone', async () => {
    const { page, main } = await open();
    await page.getByRole('button', { name: 'Boot Debian Linux now' }).waitFor();
    await tabTo(page, 'Take the tour');
    await page.keyboard.press('Enter');
    const tour = page.getByRole('region', { name: 'Tour' });
    await tour.locator('[aria-current="step"]', { hasText: 'Boot a Linux' }).waitFor();
    await paneTo(page, 'Tour');
    await tabTo(page, 'Boot Debian Linux');
    await page.keyboard.press('Enter');
    // The console has the focus when the machine is there.
    await showsText(page, 'Welcome to Debian');
    await tour.locator('[aria-current="step"]', { hasText: 'Type a command' }).waitFor();
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
    await tour.locator('[aria-current="step"]', { hasText: 'Take a snapshot' }).waitFor();
    await page.keyboard.press('Control+F6');
    await paneTo(page, 'Tour');
    await tabTo(page, 'Take the snapshot');
    await page.keyboard.press('Enter');
    await tour.getByText('Done: whatever happens').waitFor();
    expect(main.machines.service.list()).toMatchObject([{ state: 'running' }]);
    await tabTo(page, 'Show the timeline');
    await page.keyboard.press('Enter');
    await page.getByText('You are here').waitFor();
    await tour.waitFor({ state: 'detached' });
  });
});
