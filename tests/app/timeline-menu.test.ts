/** The menu of a moment: at the pointer, at the keyboard's menu key, at its button; and the keys that do the same. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

const week = (main: FakeMain) => main.timeline.script(main.machines.add(main.machines.plain('debian', 'debian-riscv64')).id, WEEK);
const works = (main: FakeMain) => main.timeline.snapshotsOf(main.machines.first()).find(({ name }) => name === 'Works');
const graph = (page: Page) => page.getByRole('listbox', { name: 'Timeline' });
const selected = (page: Page) => graph(page).getByRole('option', { selected: true }).getAttribute('aria-label');
async function timeline(page: Page) {
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await graph(page).focus();
}
const press = async (page: Page, ...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

describeWith(['chromium'], 'the menu of a moment', () => {
  const open = windows();

  test('a place has its menu, at the pointer, at the keyboard’s menu key and at its button', async () => {
    const { page, main } = await open({ prepare: week });
    await timeline(page);
    await press(page, 'ArrowLeft', 'Shift+F10');
    const menu = page.getByRole('menu', { name: 'Actions for this moment' });
    await menu.getByRole('menuitem', { name: /^Restore “Works”/ }).waitFor();
    await menu.getByRole('menuitem', { name: /^Pin “Works”/ }).press('Enter');
    await expect.poll(() => works(main)?.pinned).toBe(true);
    await menu.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More about this snapshot' }).click();
    await page.getByRole('menuitem', { name: /^Unpin “Works”/ }).click();
    await expect.poll(() => works(main)?.pinned).toBe(false);
    await page.getByRole('menu').waitFor({ state: 'detached' });
    // Keys do the same where the timeline has the focus.
    await graph(page).focus();
    await press(page, 'l');
    await expect.poll(() => works(main)?.protected).toBe(true);
    await press(page, 'End');
    await expect.poll(() => selected(page)).toBe('Current state: you are here');
    await press(page, 'Shift+F10');
    await menu.getByRole('menuitem', { name: /^Take a snapshot/ }).waitFor();
    await press(page, 'Escape');
    await menu.waitFor({ state: 'detached' });
    // In the table it is about the row under the pointer.
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('row', { name: /Tools installed/ }).click({ button: 'right' });
    await menu.getByRole('menuitem', { name: /^Unpin “Tools installed”/ }).waitFor();
    await press(page, 'Escape');
  });
});
