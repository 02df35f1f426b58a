/** The Hardware tab's JSON: an edit in the form shows in the text and the other way; what is wrong is marked where it is. */
import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { describeWith } from '../kit/tools.ts';
import { windows, type FakeMain } from './window.ts';

const one = (main: FakeMain) => void main.machines.add(main.machines.plain('debian', 'debian-riscv64'));
const area = (page: Page) => page.getByLabel('Definition as JSON');
const section = (page: Page, name: string) => page.getByRole('navigation', { name: 'Hardware categories' }).getByRole('button', { name });
const memory = (page: Page) => page.getByLabel('Memory', { exact: true });
const apply = (page: Page) => page.getByRole('button', { name: 'Apply' }).last();
/** The text, without what the editor says at the ends of its lines. */
const textOf = async (page: Page) => (await area(page).locator('.cm-line').allTextContents()).join('\n');
/** Edits the text as somebody would who selects and types. */
async function replace(page: Page, from: string, to: string) {
  await expect.poll(() => textOf(page)).toContain(from);
  const text = await textOf(page);
  await area(page).fill(text.replace(from, to));
}
async function atJson(page: Page) {
  await page.getByRole('tab', { name: /Hardware/ }).click();
  await section(page, 'JSON').click();
}

/** Takes the suggestion that is selected, by Enter. */
async function accept(page: Page, text: string) {
  await expect.poll(() => page.locator('.cm-tooltip-autocomplete [aria-selected]').textContent()).toContain(text);
  await page.keyboard.press('Enter');
}

describeWith(['chromium'], 'the definition as JSON', () => {
  const open = windows();

  test('an edit in either shows in the other, and is applied', async () => {
    const { page, main } = await open({ prepare: one });
    await atJson(page);
    await replace(page, '"memoryMiB": 512', '"memoryMiB":   640');
    await expect.poll(() => textOf(page)).toContain('"memoryMiB":   640');
    await page.getByText('npx viv set debian --memory 640M').waitFor();
    await section(page, 'System').click();
    expect(await memory(page).inputValue()).toBe('640');
    await memory(page).fill('768');
    await section(page, 'JSON').click();
    await expect.poll(() => textOf(page)).toContain('"memoryMiB": 768');
    await replace(page, '"note": ""', '"note": "from the text"');
    await apply(page).click();
    await page.getByText('All changes saved').waitFor();
    expect(main.machines.definitionOf(main.machines.first())).toMatchObject({ memoryMiB: 768, note: 'from the text' });
  });
  test('a value out of bounds is marked in both; one that the form cannot show is kept in the text', async () => {
    const { page } = await open({ prepare: one });
    await atJson(page);
    await replace(page, '"memoryMiB": 512', '"memoryMiB": 8');
    await page.getByRole('button', { name: /^Line \d+: A whole number of MiB from 16 to 3072\.$/ }).waitFor();
    await replace(page, '"cores": 1', '"cores": "many"');
    await page.getByRole('button', { name: /^Line \d+: A whole number from 1 to 8\.$/ }).click();
    await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toBe('"many"');
    expect(await page.locator('.cm-lintRange-error').allTextContents()).toEqual(['"many"', '8']);
    expect(await area(page).getAttribute('aria-invalid')).toBe('true');
    expect(await apply(page).isDisabled()).toBe(true);
    await section(page, 'System').click();
    await page.getByText('A whole number of MiB from 16 to 3072.').waitFor();
    expect([await memory(page).inputValue(), await page.getByLabel('Cores', { exact: true }).inputValue()]).toEqual(['8', '1']);
    await memory(page).fill('64');
    await section(page, 'JSON').click();
    await expect.poll(() => textOf(page)).toMatch(/"cores": "many",[^]*|"memoryMiB": 64/);
    await expect.poll(() => textOf(page)).toContain('"memoryMiB": 64');
    await section(page, 'System').click();
    await page.getByLabel('Cores', { exact: true }).fill('2');
    await expect.poll(() => apply(page).isEnabled()).toBe(true);
  });
  test('a text that is no JSON says where, locks the form, and survives a reload', async () => {
    const { page } = await open({ prepare: one });
    await atJson(page);
    await replace(page, '"engine": "auto",', '"engine": "auto"');
    await page.getByRole('button', { name: /^Line \d+: A comma or } is missing here\.$/ }).waitFor();
    await page.reload();
    await section(page, 'General').click();
    await page.getByText('The JSON has a fault').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Show it' }).click();
    await replace(page, '"engine": "auto"', '"engine": "interpreter",');
    await section(page, 'System').click();
    expect(await page.getByRole('radio', { name: /Interpreter only/ }).isChecked()).toBe(true);
    await section(page, 'JSON').click();
    await area(page).fill('{');
    await section(page, 'General').click();
    await page.getByRole('button', { name: 'Discard the text' }).click();
    expect(await page.getByLabel('Name', { exact: true }).isEnabled()).toBe(true);
  });
  test('what somebody else changes meanwhile comes into the text, and is not taken back by one that is being mended', async () => {
    const { page, main } = await open({ prepare: one });
    await atJson(page);
    await replace(page, '"note": ""', '"note": "mine"');
    const id = main.machines.first();
    await main.machines.service.update(id, { cores: 4 });
    await expect.poll(() => textOf(page)).toContain('"cores": 4');
    await replace(page, '"memoryMiB": 512', '"memoryMiB": "x"');
    await main.machines.service.update(id, { cores: 3 });
    await replace(page, '"memoryMiB": "x"', '"memoryMiB": 128');
    await expect.poll(() => textOf(page)).toContain('"cores": 3');
    await apply(page).click();
    await page.getByText('All changes saved').waitFor();
    expect(main.machines.definitionOf(id)).toMatchObject({ note: 'mine', memoryMiB: 128, cores: 3 });
  });
  test('fields and values are suggested by keys alone, with names that a screen reader says', async () => {
    const { page } = await open({ prepare: one });
    await atJson(page);
    await area(page).waitFor();
    // Behind the last value.
    await area(page).focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('"onRe');
    const list = page.getByRole('listbox', { name: 'Suggestions' });
    await list.getByRole('option', { name: /^onReboot/ }).waitFor();
    expect(await area(page).getAttribute('aria-controls')).toBe(await list.getAttribute('id'));
    await expect.poll(() => list.getByRole('option', { selected: true }).count()).toBe(1);
    await accept(page, 'onReboot');
    // Its values follow, in the form's words.
    await list.getByRole('option', { name: /^"stop"/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await accept(page, '"stop"');
    await expect.poll(() => textOf(page)).toMatch(/[^,],\n\s*"onReboot": "stop"\n}$/);
    await expect.poll(() => apply(page).isEnabled()).toBe(true);
    await area(page).press('Escape');
    await area(page).press('Tab');
    expect(await area(page).evaluate((node) => node.contains(document.activeElement))).toBe(false);
  });
});
