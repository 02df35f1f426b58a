/** What was changed of a machine in the window: its history, the way back, what waits for a restart at the field, and sliders. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { windows, type FakeMain } from './window.ts';

const prepare = ({ machines }: FakeMain) => void machines.add({ ...machines.plain('debian', 'debian-riscv64'), memoryMiB: 512 });
const go = (page: Page, section: string) =>
  page.getByRole('navigation', { name: 'Hardware categories' }).getByRole('button', { name: section }).click();

describeWith(['chromium'], 'the history of a configuration', () => {
  const open = windows();

  test('tells every change, and goes back to any with an undo', async () => {
    const { page, main } = await open({ prepare, at: '#/machines/debian/hardware/system' });
    const memory = () => main.machines.definitionOf(main.machines.first()).memoryMiB;
    await page.getByLabel('Memory', { exact: true }).fill('1024');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(memory).toBe(1024);
    await page.getByLabel('Memory', { exact: true }).fill('2048');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(memory).toBe(2048);
    await go(page, 'History');
    const changes = page.getByRole('list', { name: 'History' });
    await changes.getByText('1024 MiB').first().waitFor();
    expect(await changes.getByRole('listitem').count()).toBe(3);
    await changes.getByText('as it is now').waitFor();
    await changes.getByRole('listitem').last().getByRole('button').click();
    await expect.poll(memory).toBe(512);
    await page.keyboard.press('Control+z');
    await expect.poll(memory).toBe(2048);
    await expect.poll(() => changes.getByRole('listitem').count()).toBe(5);
    await expect.poll(() => page.url()).toMatch(/hardware\/history$/);
  });
  test('changes that are not applied come first', async () => {
    const { page } = await open({ prepare, at: '#/machines/debian/hardware/system' });
    await page.getByLabel('Memory', { exact: true }).fill('1024');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('All changes saved').waitFor();
    await page.getByLabel('Memory', { exact: true }).fill('768');
    await go(page, 'History');
    await page.getByText('Apply or revert your changes').waitFor();
    expect(await page.getByRole('list', { name: 'History' }).getByRole('button').last().isDisabled()).toBe(true);
  });
  test('what waits for a restart says so at its field, with what runs now', async () => {
    const start = (main: FakeMain) => (prepare(main), void main.machines.service.start(main.machines.first()));
    const { page } = await open({ prepare: start, at: '#/machines/debian/hardware/system' });
    expect(await page.getByText('Takes effect at the next start').count()).toBe(0);
    await page.getByLabel('Memory', { exact: true }).fill('1024');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Takes effect at the next start. Running with: 512 MiB').waitFor();
  });
  test('a slider and the number are one', async () => {
    const { page } = await open({ prepare, at: '#/machines/debian/hardware/system' });
    const field = page.getByLabel('Memory', { exact: true });
    const slider = page.locator('input[type=range]').first();
    await slider.evaluate((element: HTMLInputElement) => {
      element.value = '1024';
      element.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(await field.inputValue()).toBe('1024');
    await field.fill('256');
    await expect.poll(() => slider.inputValue()).toBe('256');
  });
});
