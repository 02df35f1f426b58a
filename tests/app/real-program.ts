/** The real program, with a library of its own, shown in a browser: for tests of the whole way from window to guest. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createApplication, type Application } from '../../main/application.ts';
import { openBrowserShell, type BrowserShell } from '../../main/browser/browser-shell.ts';
import { findHome } from '../../main/library/home.ts';
import { buildWindow, launchBrowser, removeWindow, visit } from './browser.ts';

/** A boot on a busy machine, parts to be fetched included. */
export const BOOT_MS = 240_000;

/** Declares set-up and clean-up; the answer opens a program for a test. */
export function programs() {
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

/** Waits for a shell's prompt on the console. */
export const untilPrompt = (page: Page): Promise<unknown> =>
  page.waitForFunction(
    () => /[#$] $/.test(document.querySelector<HTMLElement>('.xterm-rows')?.innerText.trimEnd().concat(' ') ?? ''),
    undefined,
    { timeout: BOOT_MS },
  );
