/** The window speaks the system's language or the chosen one, at once and again after a reload. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { windows, type FakeMain } from './window.ts';

const one = ({ machines }: FakeMain) => void machines.add(machines.plain('alpha'));

describeWith(['chromium'], 'the language of the window', () => {
  const open = windows();

  test('is changed in the settings, holds at once and after a reload, and the document says so', async () => {
    const { page } = await open({ prepare: one });
    const lang = () => page.evaluate(() => document.documentElement.lang);
    expect(await lang()).toBe('en');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('radio', { name: 'Deutsch' }).check();
    await page.getByRole('dialog', { name: 'Einstellungen' }).waitFor();
    await expect.poll(lang).toBe('de');
    await page.getByRole('button', { name: 'Schließen' }).click();
    await page.getByRole('button', { name: 'Starten' }).first().waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Starten' }).first().waitFor();
    expect(await lang()).toBe('de');
    await page.getByRole('button', { name: 'Einstellungen' }).click();
    await page.getByRole('radio', { name: 'English' }).check();
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await expect.poll(lang).toBe('en');
  });
  test('is the system’s where nothing was chosen, with its numbers', async () => {
    const { page } = await open({ prepare: one, language: 'de-AT' });
    await page.getByRole('button', { name: 'Starten' }).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  });
  test('German is not loaded by who reads English', async () => {
    const { page } = await open({ prepare: one });
    await page.getByRole('button', { name: 'Start' }).first().waitFor();
    const scripts = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    const before = scripts.filter((name) => name.endsWith('.js')).length;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('radio', { name: 'Deutsch' }).check();
    await page.getByRole('dialog', { name: 'Einstellungen' }).waitFor();
    const after = await page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).length);
    expect(after).toBeGreaterThan(before);
  });
});
