/** The whole path: the window in Chromium, the real program, the real engine, Debian's kernel, a shell that answers. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { consoleText, showsText, typeLine } from './browser.ts';
import { programs, untilPrompt } from './real-program.ts';

describeWith(['chromium', 'apt'], 'a real machine in the window', () => {
  const open = programs();

  test('one click boots Debian; a command typed into its shell is answered', async () => {
    const { page, complaints } = await open();
    await page.getByRole('button', { name: 'Boot Debian Linux now' }).click();
    await untilPrompt(page);
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
    // Live figures come once a second.
    await page.getByText(/MIPS/).waitFor();
    await page.locator('header').getByRole('button', { name: 'Pause' }).click();
    await page.locator('header').getByRole('button', { name: 'Resume' }).click();
    await page.locator('header').getByRole('button', { name: 'Pause' }).waitFor();
    await typeLine(page, 'echo again $((6 * 7))');
    await showsText(page, '\nagain 42');
    await typeLine(page, 'poweroff -f');
    await page.getByText('This machine is off.').waitFor();
    expect(await consoleText(page)).toContain('riscv64');
    expect(complaints).toEqual([]);
  });
});

describeWith(['chromium'], 'the machine that needs nothing from outside', () => {
  const open = programs();

  test('is made from its template, started, greets, and keeps what it said', async () => {
    const { page, complaints } = await open();
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByText('Hello (riscv64)').click();
    await page.getByRole('button', { name: 'Create and start' }).click();
    await showsText(page, 'Hello from a bare riscv64 machine');
    await typeLine(page, 'hi');
    await showsText(page, '\nYou said: hi');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await page.getByText('This machine is off.').waitFor();
    await page.reload();
    await showsText(page, 'You said: hi');
    expect(complaints).toEqual([]);
  });
});
