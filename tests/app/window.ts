/** A window over a program in memory, for one file of tests: built once, visited by each test, cleaned up. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { buildWindow, launchBrowser, removeWindow, visit, type Look, type Visit } from './browser.ts';
import { startFakeMain, type FakeOptions } from './fake-main.ts';

export type FakeMain = Awaited<ReturnType<typeof startFakeMain>>;
export interface OpenWindow extends Visit {
  readonly main: FakeMain;
}

/** Declares set-up and clean-up; the answer opens a window for a test. Pages that complain fail their test. */
export function windows() {
  let browser: Browser;
  let folder: string;
  const open: OpenWindow[] = [];

  beforeAll(async () => {
    folder = buildWindow();
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const { page, main, complaints } of open.splice(0)) {
      await page.context().close();
      await main.close();
      expect(complaints).toEqual([]);
    }
  });
  afterAll(async () => {
    await browser?.close();
    if (folder) removeWindow(folder);
  });
  return async (options: Omit<FakeOptions, 'folder'> & Look & { prepare?(main: FakeMain): void } = {}): Promise<OpenWindow> => {
    const main = await startFakeMain({ folder, ...options });
    options.prepare?.(main);
    const opened = { ...(await visit(browser, main.shell.newAddress(), options)), main };
    open.push(opened);
    return opened;
  };
}
