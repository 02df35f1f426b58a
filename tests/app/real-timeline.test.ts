/** The timeline over the real program: a snapshot of a running machine is taken, renamed, gone back to, and answers. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createApplication } from '../../main/application.ts';
import { openBrowserShell } from '../../main/browser/browser-shell.ts';
import { findHome } from '../../main/library/home.ts';
import { describeWith } from '../kit/tools.ts';
import { buildWindow, consoleText, launchBrowser, removeWindow, showsText, typeLine, visit } from './browser.ts';

const SLOW_MS = 120_000;

/** One test's program, window and browser, ended in turn whatever happens. */
async function withWindow(act: (page: Page, complaints: readonly string[]) => Promise<void>) {
  const home = await mkdtemp(join(tmpdir(), 'vivarium-home-'));
  const folder = buildWindow();
  const browser = await launchBrowser();
  const application = await createApplication({
    shell: 'browser',
    program: 'the test',
    home: findHome({ ...process.env, VIVARIUM_HOME: home }),
  });
  const shell = await openBrowserShell({ port: 0, folder, serve: application.serve });
  try {
    const { page, complaints } = await visit(browser, shell.newAddress());
    page.setDefaultTimeout(SLOW_MS);
    await act(page, complaints);
  } finally {
    await browser.close();
    await shell.close();
    await application.close();
    removeWindow(folder);
    rmSync(home, { recursive: true, force: true });
  }
}

describeWith(['chromium'], 'the timeline of a real machine', () => {
  test('a snapshot is taken, renamed and restored; the console answers from there, and the present was kept', () =>
    withWindow(async (page, complaints) => {
      await page.getByRole('button', { name: 'New machine' }).click();
      await page.getByText('Hello (riscv64)').click();
      await page.getByRole('button', { name: 'Create and start' }).click();
      await showsText(page, 'Hello from a bare riscv64 machine');
      await typeLine(page, 'before');
      await showsText(page, '\nYou said: before');

      await page.locator('header').getByRole('button', { name: 'Snapshot' }).click();
      await page.getByPlaceholder('Optional').fill('first');
      await page.keyboard.press('Enter');
      await page.getByText('Snapshot “first” was taken.').waitFor();
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByRole('heading', { name: 'first', exact: true }).waitFor();
      expect(await page.getByRole('img', { name: 'Console of first' }).innerText()).toContain('You said: before');
      await page.keyboard.press('F2');
      await page.getByLabel('Snapshot name').fill('said before');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'said before' }).waitFor();

      await page.getByRole('tab', { name: 'Console' }).click();
      await page.locator('.xterm-screen').click();
      await typeLine(page, 'after');
      await showsText(page, '\nYou said: after');
      await page.getByRole('tab', { name: 'Timeline' }).click();
      const timeline = page.getByRole('listbox', { name: 'Timeline' });
      await timeline.focus();
      await page.keyboard.press('Home');
      await page.getByRole('button', { name: 'Restore' }).click();
      await page.getByText('Restored to “said before”. The current state was kept').waitFor();
      await expect.poll(() => timeline.getByRole('option').count()).toBe(3);
      await timeline.getByRole('option', { name: /^said before/ }).waitFor({ state: 'attached' });

      await page.getByRole('tab', { name: 'Console' }).click();
      await page.locator('.xterm-screen').click();
      await typeLine(page, 'again');
      await showsText(page, '\nYou said: again');
      expect(await consoleText(page)).toContain('You said: before');
      expect(complaints).toEqual([]);
    }));
});
