/** A window over a program in memory, for one file of tests: built once, visited by each test, cleaned up. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { buildWindow, launchBrowser, removeWindow, visit, type Look, type Visit } from './browser.ts';
import { startFakeMain, type FakeOptions } from './fake-main.ts';

export type FakeMain = Awaited<ReturnType<typeof startFakeMain>>;
export interface OpenWindow extends Visit {
  readonly main: FakeMain;
}

/** What is there before the window is opened. */
export interface Start {
  prepare?(main: FakeMain): void;
  /** Where it opens, from `#` on; absent: at the oldest machine, where there is one. */
  readonly at?: string;
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
  return async (options: Omit<FakeOptions, 'folder'> & Look & Start = {}): Promise<OpenWindow> => {
    const main = await startFakeMain({ folder, ...options });
    options.prepare?.(main);
    // Most tests are about one machine; those about the overview say so.
    const [first] = main.machines.ids();
    const at = options.at ?? (first === undefined ? '' : `#/machines/${first}`);
    const opened = { ...(await visit(browser, `${main.shell.newAddress()}${at}`, options)), main };
    open.push(opened);
    return opened;
  };
}
