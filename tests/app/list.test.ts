/** The list of machines: found by words and tags, in groups, several at once, dense, and long. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { windows, type FakeMain } from './window.ts';

const eight = ({ machines }: FakeMain) => {
  for (const name of ['one', 'two', 'three', 'four']) machines.add(machines.plain(name));
  machines.add({ ...machines.plain('five'), group: 'Tests', tags: ['web'] });
  machines.add({ ...machines.plain('six'), group: 'Tests' });
  machines.add({ ...machines.plain('seven'), tags: ['web', 'debian'] });
  machines.add(machines.plain('eight'));
};
const list = (page: Page) => page.getByRole('listbox', { name: 'Machines' });
const option = (page: Page, name: string) => list(page).getByRole('option', { name: new RegExp(`(^|\\s)${name}\\b`) });
const states = (main: FakeMain) =>
  (main.machines.service.list() as readonly { definition: { name: string }; state: string }[]).map(
    ({ definition, state }) => `${definition.name} ${state}`,
  );

describeWith(['chromium'], 'the list of machines', () => {
  const open = windows();

  test('several are chosen with Ctrl, Shift and the arrows, started together, and deleted with one way back', async () => {
    const { page, main } = await open({ prepare: eight });
    await option(page, 'one').click();
    await option(page, 'three').click({ modifiers: ['Shift'] });
    await option(page, 'eight').click({ modifiers: ['Control'] });
    await option(page, 'two').click({ modifiers: ['Control'] });
    await page.getByText('3 chosen').waitFor();
    await page.getByRole('button', { name: 'Start the chosen machines' }).click();
    await expect
      .poll(() => states(main).filter((one) => one.endsWith('running')))
      .toEqual(['one running', 'three running', 'eight running']);
    await page.getByRole('button', { name: 'Stop the chosen machines' }).click();
    await page.getByRole('dialog', { name: 'Stop 3 machines?' }).getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(() => states(main).every((one) => one.endsWith('off'))).toBe(true);
    await list(page).focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('3 chosen').waitFor();
    await page.keyboard.press('Delete');
    await page.getByText('3 machines deleted.').waitFor();
    expect(states(main).length).toBe(5);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => states(main).length).toBe(8);
  });
  test('words and tags find; groups fold, take what is dropped on them, and are in the menu', async () => {
    const { page, main } = await open({ prepare: eight });
    await page.getByLabel('Filter machines').fill('tag:web');
    await expect.poll(() => list(page).getByRole('option').count()).toBe(2);
    await page.getByLabel('Filter machines').press('Escape');
    await expect.poll(() => list(page).getByRole('option').count()).toBe(8);
    const groupOf = (name: string) =>
      (main.machines.service.list() as readonly { definition: { name: string; group?: string } }[]).find(
        ({ definition }) => definition.name === name,
      )?.definition.group;
    await option(page, 'one').dragTo(page.getByText('Tests', { exact: true }));
    await expect.poll(() => groupOf('one')).toBe('Tests');
    await option(page, 'two').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Move to “Tests”' }).click();
    await expect.poll(() => groupOf('two')).toBe('Tests');
    await page.getByText('Tests', { exact: true }).click();
    await expect.poll(() => list(page).getByRole('option').count()).toBe(4);
    await page.reload();
    await expect.poll(() => list(page).getByRole('option').count()).toBe(4);
  });
  test('is sorted and dense as it was left', async () => {
    const { page } = await open({ prepare: eight });
    const first = () => list(page).getByRole('option').first();
    const menu = async (name: string) => {
      await page.getByRole('button', { name: 'How the list is shown' }).click();
      await page.getByRole('menuitem', { name }).click();
    };
    const before = (await option(page, 'eight').boundingBox())?.height ?? 0;
    await menu('By name');
    await expect.poll(() => first().innerText()).toContain('eight');
    await menu('Compact');
    await expect.poll(async () => (await option(page, 'eight').boundingBox())?.height).toBeLessThan(before * 0.6);
    await page.reload();
    await expect.poll(async () => (await option(page, 'eight').boundingBox())?.height).toBeLessThan(before * 0.6);
    // The word of the state is still there for who cannot see its shape.
    expect(await option(page, 'eight').innerText()).toContain('Off');
  });
  test('five hundred machines: only rows in sight are laid out, and the last is reached at once', async () => {
    const { page } = await open({
      prepare: ({ machines }) => void Array.from({ length: 500 }, (_, index) => machines.add(machines.plain(`machine ${index}`))),
    });
    await page.getByRole('heading', { name: 'machine 0', exact: true }).waitFor();
    await list(page).focus();
    await page.keyboard.press('End');
    await page.getByRole('heading', { name: 'machine 499' }).waitFor();
    await expect
      .poll(() =>
        list(page)
          .locator('[aria-selected="true"]')
          .evaluate((row) => row.getBoundingClientRect().bottom <= innerHeight),
      )
      .toBe(true);
    const laidOut = await page
      .locator('[role="option"] .name')
      .evaluateAll((names) => names.filter((name) => name.checkVisibility({ contentVisibilityAuto: true })).length);
    expect(laidOut).toBeLessThan(100);
    await page.getByLabel('Filter machines').fill('machine 42');
    await expect.poll(() => list(page).getByRole('option').count()).toBe(15);
  });
});
