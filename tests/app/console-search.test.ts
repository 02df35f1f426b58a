/** What consoles printed earlier, in the window: searched in all of them, opened where it was found, read back to the first line. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { showsText, typeLine } from './browser.ts';
import { PRINTED_AT } from './fake-past.ts';
import { windows, type FakeMain } from './window.ts';

const running = ({ machines }: FakeMain) => {
  for (const name of ['alpha', 'beta']) void machines.service.start(machines.add(machines.plain(name, 'debian-riscv64')).id);
};
/** The rows of the terminal that shows earlier output. */
const pastText = (page: Page) => page.getByRole('region', { name: 'Earlier output' }).locator('.xterm-rows').innerText();

describeWith(['chromium'], 'earlier output', () => {
  const open = windows();

  test('a line is searched in all consoles by its key, and opened where it was printed', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.locator('.xterm-screen').click();
    // From within a console, too.
    await page.keyboard.press('Control+Shift+F');
    const dialog = page.getByRole('dialog', { name: 'Search all consoles' });
    await dialog.getByRole('searchbox').fill('WELCOME to');
    await expect.poll(() => dialog.getByRole('status').innerText(), { timeout: 60_000 }).toBe('2 lines, newest first');
    expect(await dialog.locator('mark').allInnerTexts()).toEqual(['Welcome to', 'Welcome to']);
    await dialog.getByLabel('Machine').selectOption('beta');
    await expect.poll(() => dialog.getByRole('status').innerText(), { timeout: 60_000 }).toBe('1 line, newest first');
    await dialog.getByRole('button', { name: /^Nearest snapshot: before the change/ }).waitFor();
    await page.keyboard.press('Tab');
    await dialog.getByRole('searchbox').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'beta' }).waitFor();
    await expect.poll(() => pastText(page), { timeout: 60_000 }).toContain('Welcome to Debian');
    await expect.poll(() => page.getByRole('search').getByRole('status').innerText(), { timeout: 60_000 }).toBe('1 of 1');
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'Earlier output' }).waitFor({ state: 'detached' });
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
  });

  test('the find bar goes on in all that is stored, and the first line is one press away', async () => {
    const { page, main } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.locator('.xterm-screen').click();
    const printed = () => new TextDecoder().decode(main.machines.consoleService.history(main.machines.first(), 0) as Uint8Array);
    for (let round = 1; round <= 3; round++) {
      await typeLine(page, 'lines');
      await expect.poll(() => printed().split('line 60 of').length - 1, { timeout: 60_000 }).toBe(round);
    }
    await showsText(page, 'line 60 of');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('line 7 of');
    await page.keyboard.press('Control+Enter');
    const count = page.getByRole('search').getByRole('status');
    await expect.poll(() => count.innerText(), { timeout: 60_000 }).toBe('1 of 3');
    await page.getByLabel('Find in all output of this console').press('Enter');
    await expect.poll(() => count.innerText(), { timeout: 60_000 }).toBe('2 of 3');
    await page.getByLabel('Find in all output of this console').press('Shift+Enter');
    await expect.poll(() => count.innerText(), { timeout: 60_000 }).toBe('1 of 3');
    await page.getByRole('button', { name: 'First line' }).click();
    await expect.poll(() => pastText(page), { timeout: 60_000 }).toContain('OpenSBI-compatible firmware');
    await page.getByRole('button', { name: 'Now', exact: true }).click();
    await page.getByRole('region', { name: 'Earlier output' }).waitFor({ state: 'detached' });
  });

  test('other programs get a way to the console, with the command that goes there', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.getByRole('button', { name: 'More about this console' }).click();
    await page.getByRole('menuitem', { name: 'Attach other programs…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Attach other programs to ttyS0' });
    await dialog.getByText('Nothing is open.').waitFor();
    await dialog.getByRole('button', { name: 'TCP port' }).click();
    await dialog.getByText('nc 127.0.0.1 4001').waitFor();
    await dialog.getByRole('button', { name: 'Pseudo-terminal' }).click();
    await dialog.getByText('screen /dev/pts/7').waitFor();
    await dialog.getByRole('button', { name: 'Close 127.0.0.1:4001' }).click();
    await dialog.getByText('nc 127.0.0.1 4001').waitFor({ state: 'detached' });
  });

  test('a link asks before it is opened', async () => {
    const { page, main } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.locator('.xterm-screen').click();
    await page.keyboard.type('https://vivarium.example/page');
    await showsText(page, 'https://vivarium.example/page');
    const link = await page.locator('.xterm-rows span', { hasText: 'vivarium.example' }).last().boundingBox();
    const row = (await page.locator('.xterm-rows > div', { hasText: 'vivarium.example' }).last().boundingBox()) ?? link;
    await page.mouse.move((row?.x ?? 0) + 120, (row?.y ?? 0) + 8);
    await page.mouse.move((row?.x ?? 0) + 124, (row?.y ?? 0) + 8);
    await expect.poll(() => page.locator('.xterm-cursor-pointer').count(), { timeout: 60_000 }).toBe(1);
    await page.mouse.click((row?.x ?? 0) + 124, (row?.y ?? 0) + 8);
    const dialog = page.getByRole('dialog', { name: 'Open this address?' });
    expect(await dialog.innerText()).toContain('https://vivarium.example/page');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(page.context().pages()).toHaveLength(1);
    expect(main.machines.first()).toBeDefined();
  });

  test('the console’s ground follows the window’s theme, or stays dark', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    const ground = () => page.locator('.consoles').evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await ground()).toBe('rgb(251, 252, 251)');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(ground).toBe('rgb(18, 23, 22)');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('tab', { name: 'Console', exact: true }).focus();
    await page.keyboard.press('Control+,');
    await page.getByRole('group', { name: 'Consoles' }).getByLabel('Dark').check();
    await page.keyboard.press('Escape');
    await expect.poll(ground).toBe('rgb(18, 23, 22)');
  });

  test('times are told of what was printed before the window was opened, too', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.reload();
    await showsText(page, 'Welcome to Debian');
    await page.getByRole('button', { name: 'More about this console' }).click();
    await page.getByRole('menuitem', { name: 'Show times' }).click();
    const column = page.getByRole('list', { name: 'Times of the lines' });
    const times = () => column.locator('time').evaluateAll((all) => all.map((time) => time.getAttribute('datetime')));
    await expect.poll(times, { timeout: 60_000 }).toContain(new Date(PRINTED_AT).toISOString());
    await page.getByRole('button', { name: 'Earlier output' }).click();
    const past = page.getByRole('region', { name: 'Earlier output' });
    await expect.poll(() => pastText(page), { timeout: 60_000 }).toContain('Welcome to Debian');
    await expect
      .poll(() => past.locator('time').first().getAttribute('datetime'), { timeout: 60_000 })
      .toBe(new Date(PRINTED_AT).toISOString());
  });
});
