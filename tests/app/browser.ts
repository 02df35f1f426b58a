/** Chromium for tests of the window: one browser a file, a fresh profile a page, errors of the page collected. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { tool } from '../kit/tools.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the window into a folder of its own, so that a build of somebody else cannot change it meanwhile. */
export function buildWindow(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-window-'));
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
    { cwd: ROOT, stdio: 'inherit' },
  );
  return folder;
}
export const removeWindow = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export function launchBrowser(): Promise<Browser> {
  const executablePath = tool('chromium');
  if (!executablePath) throw new Error('Chromium is not installed');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Visit {
  readonly page: Page;
  /** What the page complained about: errors, refused scripts, refused styles. */
  readonly complaints: string[];
}
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** The system's language; absent: American English. */
  readonly language?: string;
}
export async function visit(
  browser: Browser,
  address: string,
  { width = 1280, height = 800, dark = false, language = 'en-US' }: Look = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language,
    colorScheme: dark ? 'dark' : 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  // What a message says stands there a second time while screen readers are told of it.
  const getByText = page.getByText.bind(page);
  page.getByText = (...given) => getByText(...given).and(page.locator(':not([role="alert"][data-hidden])'));
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('WebSocket connection')) complaints.push(message.text());
  });
  await page.goto(address);
  return { page, complaints };
}

/** The lines of the terminal that can be seen. */
export const consoleText = (page: Page): Promise<string> => page.locator('.xterm-rows').innerText();

/** Waits until the console shows a text. */
export const showsText = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction((wanted) => document.querySelector<HTMLElement>('.xterm-rows')?.innerText.includes(wanted), text, {
    timeout: 60_000,
  });

/** Types a line at the console, which must have the focus. */
export async function typeLine(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}
