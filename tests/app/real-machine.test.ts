/** The whole path: the window in Chromium, the real program, the real engine, Debian's kernel, a shell that answers. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApplication, type Application } from '../../main/application.ts';
import { openBrowserShell, type BrowserShell } from '../../main/browser/browser-shell.ts';
import { findHome } from '../../main/library/home.ts';
import { describeWith } from '../kit/tools.ts';
import { buildWindow, consoleText, launchBrowser, removeWindow, showsText, typeLine, visit } from './browser.ts';

/** A boot on a busy machine, parts to be fetched included. */
const BOOT_MS = 240_000;

/** A program with a library of its own, shown in a browser. */
function programs() {
  let browser: Browser;
  let folder: string;
  const open: { application: Application; shell: BrowserShell; home: string }[] = [];
  beforeAll(async () => {
    folder = buildWindow();
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const { application, shell, home } of open.splice(0)) {
      await shell.close();
      await application.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
  afterAll(async () => {
    await browser?.close();
    if (folder) removeWindow(folder);
  });
  return async () => {
    const home = await mkdtemp(join(tmpdir(), 'vivarium-home-'));
    const application = await createApplication({
      shell: 'browser',
      program: 'the test',
      home: findHome({ ...process.env, VIVARIUM_HOME: home }),
    });
    const shell = await openBrowserShell({ port: 0, folder, serve: application.serve });
    open.push({ application, shell, home });
    const { page, complaints } = await visit(browser, shell.newAddress());
    page.setDefaultTimeout(BOOT_MS);
    return { application, page, complaints };
  };
}

describeWith(['chromium', 'apt'], 'a real machine in the window', () => {
  const open = programs();

  test('one click boots Debian; a command typed into its shell is answered', async () => {
    const { page, complaints } = await open();
    await page.getByRole('button', { name: 'Boot Debian Linux now' }).click();
    await page.waitForFunction(
      () => /[#$] $/.test(document.querySelector<HTMLElement>('.xterm-rows')?.innerText.trimEnd().concat(' ') ?? ''),
      undefined,
      { timeout: BOOT_MS },
    );
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
