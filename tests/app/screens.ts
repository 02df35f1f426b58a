/**
 * `npm run screens -- FOLDER`: every view and dialog in every size and look, to be looked at; and what can be seen without looking: parts that
 * run out of the window. Ends with status 1 where there are any.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { MachineId } from '../../preload/contract/machines.ts';
import { buildWindow, launchBrowser, removeWindow, visit } from './browser.ts';
import { startFakeMain } from './fake-main.ts';
import { furnish } from './furnished.ts';

const SIZES = [
  { name: '1280x800', width: 1280, height: 800 },
  { name: '900x600', width: 900, height: 600 },
  { name: '480x800', width: 480, height: 800 },
  // What a window of 1280 by 800 has at 200 %.
  { name: '200-percent', width: 640, height: 400 },
] as const;
const LOOKS = [
  { name: 'light', dark: false, contrast: 'no-preference' },
  { name: 'dark', dark: true, contrast: 'no-preference' },
  { name: 'high-contrast', dark: false, contrast: 'more' },
] as const;

/** Where each view is, from `#` on. */
const VIEWS: Readonly<Record<string, (machine: MachineId) => string>> = {
  overview: () => '#/',
  create: () => '#/new',
  console: (machine) => `#/machines/${machine}/console`,
  timeline: (machine) => `#/machines/${machine}/timeline`,
  files: (machine) => `#/machines/${machine}/timeline/files/now/1`,
  network: (machine) => `#/machines/${machine}/network`,
  machine: (machine) => `#/machines/${machine}/overview`,
  ...Object.fromEntries(
    ['general', 'system', 'boot', 'disks', 'network', 'shares', 'ports', 'devices', 'json', 'history'].map((section) => [
      `hardware-${section}`,
      (machine: MachineId) => `#/machines/${machine}/hardware/${section}`,
    ]),
  ),
  ...Object.fromEntries(['first-steps', 'keys', 'commands', 'guests'].map((topic) => [`help-${topic}`, () => `#/help/${topic}`])),
  stories: () => '#/stories',
};
/** What the menu of a console brings, by its words. */
const CONSOLES = {
  'console-attach': 'Attach other programs…',
  'console-times': 'Show times',
  'console-split-right': 'Another console at the right',
  'console-split-below': 'Another console below',
} as const;
/** Dialogs, by the words of their command. */
const DIALOGS = [
  'settings',
  'keyboard',
  'networks',
  'deleted',
  'import',
  'export',
  'check the',
  'search all',
  'template',
  'show commands…',
];

/** The first parts that are outside of the window at a side, and in nothing that scrolls or cuts. */
const runsOut = (page: Page) =>
  page.evaluate(() => {
    const cuts = (element: Element | null): boolean => {
      for (let at = element; at && at !== document.body; at = at.parentElement) {
        const { overflowX, visibility, position } = getComputedStyle(at);
        if (overflowX !== 'visible' || visibility === 'hidden' || (position === 'absolute' && at.clientWidth <= 1)) return true;
      }
      return false;
    };
    return [...document.body.querySelectorAll('*')]
      .filter((element) => {
        const { left, right, width, height } = element.getBoundingClientRect();
        return width > 1 && height > 1 && (right > innerWidth + 1 || left < -1) && !cuts(element.parentElement) && !cuts(element);
      })
      .slice(0, 3)
      .map((element) => element.outerHTML.slice(0, 120));
  });
/** Fonts are there, and nothing is moving any more. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    await document.fonts.ready;
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map((animation) => animation.finished.catch(() => undefined)));
  });

const [target = 'dist/screens', ...only] = process.argv.slice(2);
const folder = buildWindow();
const browser = await launchBrowser();
const found: string[] = [];
try {
  for (const size of SIZES)
    for (const { name: look, dark, contrast } of LOOKS) {
      if (only.length > 0 && !only.includes(size.name) && !only.includes(look)) continue;
      const place = join(target, size.name, look);
      mkdirSync(place, { recursive: true });
      const main = await startFakeMain({ folder, booted: true });
      const machine = await furnish(main);
      const { page } = await visit(browser, `${main.shell.newAddress()}#/`, { ...size, dark });
      await page.emulateMedia({ contrast });
      const take = async (name: string) => {
        await settled(page);
        const parts = await runsOut(page);
        found.push(...parts.map((part) => `${size.name} ${look} ${name}: ${part}`));
        await page.screenshot({ path: join(place, `${name.replaceAll(/\W+/g, '-')}.png`) });
      };
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      for (const [name, at] of Object.entries(VIEWS)) {
        await page.evaluate((hash) => (location.hash = hash), at(machine));
        await page.locator('.detail').waitFor();
        // Figures, thumbnails and pages that are loaded when they are looked at.
        await page.waitForTimeout(250);
        await take(name);
      }
      await page.evaluate((hash) => (location.hash = hash), `#/machines/${machine}/console`);
      for (const [name, item] of Object.entries(CONSOLES)) {
        await page.getByRole('button', { name: 'More about this console' }).first().click();
        await page.getByRole('menuitem', { name: item }).click();
        await page.waitForTimeout(250);
        await take(name);
        if ((await page.locator('.dialog').count()) > 0) await page.keyboard.press('Escape');
        await page.locator('.dialog').waitFor({ state: 'detached' });
      }
      await page.evaluate((hash) => (location.hash = hash), `#/machines/${machine}/overview`);
      for (const words of DIALOGS) {
        await page.getByRole('tab', { name: 'Overview' }).focus();
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Find an action' }).fill(words);
        if (words === DIALOGS[0]) await take('palette');
        await page.keyboard.press('Enter');
        await page.locator('.dialog:not(.pick)').waitFor();
        await take(`dialog ${words}`);
        await page.keyboard.press('Escape');
        await page.locator('.dialog').waitFor({ state: 'detached' });
      }
      await page.context().close();
      await main.close();
      console.log(`${size.name} ${look}`);
    }
} finally {
  await browser.close();
  removeWindow(folder);
}
for (const line of found) console.log(line);
process.exitCode = found.length > 0 ? 1 : 0;
