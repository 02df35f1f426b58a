/** The kit that views are made of: menus, dialogs, panels, tips and messages keep the focus where a person expects it; faces are ours. */
import type { Page } from 'playwright-core';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { windows, type FakeMain } from './window.ts';

const running = ({ machines }: FakeMain) => {
  machines.add(machines.plain('alpha'));
  machines.add(machines.plain('beta'));
  void machines.service.start(machines.first());
};
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? '');

describeWith(['chromium'], 'the kit', () => {
  const open = windows();

  test('a message that comes while a context menu is open does not take Escape from it', async () => {
    const { page, main } = await open({ prepare: running });
    await page.getByRole('option', { name: /beta/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    main.events.application.notice({ level: 'warning', what: { code: 'text', facts: { text: 'The disk is nearly full' } } });
    await page.getByText('The disk is nearly full').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.getByText('The disk is nearly full').first().waitFor();
    // It opens again.
    await page.getByRole('option', { name: /alpha/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
  });
  test('a menu is opened, walked and left by keys, and what it opens gives the focus back to its button', async () => {
    const { page } = await open({ prepare: running });
    const more = page.getByRole('button', { name: 'More actions' });
    await more.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page)).toBe('Suspend');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => focused(page)).toBe('Show commands…');
    await page.keyboard.press('Home');
    // By its first letters.
    await page.keyboard.type('st');
    await expect.poll(() => focused(page)).toBe('Stop…');
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('More actions');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Stop' }).press('Enter');
    await page.getByRole('dialog', { name: 'Stop “alpha”?' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Cancel');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('More actions');
  });
  test('a dialog keeps the focus; a message can be answered while it is open', async () => {
    const { page, main } = await open({ prepare: running });
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null)).toBe(true);
    }
    main.events.application.notice({ level: 'warning', what: { code: 'text', facts: { text: 'The disk is nearly full' } } });
    await page.getByText('The disk is nearly full').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText('The disk is nearly full').waitFor({ state: 'detached' });
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Settings');
  });
  test('a panel takes the focus and Escape gives it back; buttons with a drawing alone say what they are', async () => {
    const { page } = await open({ prepare: running });
    await page.getByRole('button', { name: 'Snapshot', exact: true }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('placeholder'))).toBe('Optional');
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Snapshot');
    await page.getByRole('button', { name: 'Deleted machines' }).focus();
    await page.keyboard.press('Tab');
    await page.getByRole('tooltip', { name: /Find an action/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('tooltip', { name: /Find an action/ }).waitFor({ state: 'detached' });
  });
  test('its faces come with it, the console is drawn in one with frames, and the page is small', async () => {
    const { page } = await open({ prepare: running });
    const loaded = () =>
      page.evaluate(() =>
        [...document.fonts].filter(({ status }) => status === 'loaded').map(({ family, weight }) => `${family} ${weight}`),
      );
    await expect.poll(loaded).toEqual(expect.arrayContaining(['Vivarium Sans 100 900', 'Vivarium Mono 400', 'Vivarium Mono 700']));
    await page.locator('.xterm-rows').waitFor();
    await expect.poll(() => page.evaluate(() => document.fonts.check('14px "Vivarium Mono"', '│x'))).toBe(true);
    const family = () => page.locator('.xterm-rows').evaluate((rows) => getComputedStyle(rows).fontFamily);
    await expect.poll(family).toContain('Vivarium Mono');
    // What was loaded, compressed, without the faces' files, which are compressed already.
    const bodies = await page.evaluate(async () => {
      const files = performance.getEntriesByType('resource').map(({ name }) => name);
      const texts = files.filter((file) => /\.(js|css)$/.test(file)).map(async (file) => (await fetch(file)).text());
      return Promise.all(texts);
    });
    expect(bodies.length).toBeGreaterThan(1);
    expect(bodies.reduce((sum, body) => sum + gzipSync(body).length, 0)).toBeLessThan(500 * 1000);
  });
  test('a machine’s menu is at the pointer and at the keyboard’s menu key, about the machine under it', async () => {
    const { page, main } = await open({ prepare: running });
    await page.getByRole('option', { name: /beta/ }).click({ button: 'right' });
    await page.getByRole('heading', { name: 'beta' }).waitFor();
    await page.getByRole('menuitem', { name: 'Start' }).click();
    await expect.poll(() => main.machines.service.list()).toMatchObject([{ state: 'running' }, { state: 'running' }]);
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.getByRole('listbox', { name: 'Machines' }).focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Machines');
  });
  test('every key is in a list, and every action in the palette shows the command that does the same', async () => {
    const { page } = await open({ prepare: running });
    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('Shift+F1');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Ctrl+Shift+S').first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+3');
    await page.getByRole('tab', { name: 'Hardware', selected: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find an action' }).fill('pause');
    await page.getByText('npx viv pause alpha').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('header').getByRole('button', { name: 'Resume' }).waitFor();
  });
  test('more contrast is the system’s until one is chosen', async () => {
    const { page } = await open({ prepare: running });
    const contrast = () => page.locator('html').getAttribute('data-contrast');
    await expect.poll(contrast).toBe('normal');
    await page.emulateMedia({ contrast: 'more' });
    await expect.poll(contrast).toBe('more');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Normal').check();
    await expect.poll(contrast).toBe('normal');
  });
});
