/**
 * `npm run pictures`: the pictures of the README, of the window as it is now over a program in memory. Each view is put in front by
 * its address or its command, so that a view that has gone fails here.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { MachineId } from '../../preload/contract/machines.ts';
import { buildWindow, launchBrowser, removeWindow, visit } from './browser.ts';
import { startFakeMain } from './fake-main.ts';
import { furnish } from './furnished.ts';

const FOLDER = fileURLToPath(new URL('../../resources/screenshots/', import.meta.url));
/** Small enough for a page of text, large enough to be read. */
const SIZE = { width: 1000, height: 640 } as const;

interface Picture {
  readonly name: string;
  /** Where it is, from `#` on. */
  readonly at: (machine: MachineId) => string;
  readonly dark?: true;
  /** What has to be there before it is taken, or done. */
  show(page: Page): Promise<unknown>;
}
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();

const PICTURES: readonly Picture[] = [
  {
    name: 'overview',
    at: () => '#/',
    show: (page) => page.getByText('Welcome to Debian').nth(3).or(page.getByText('of the disk')).first().waitFor(),
  },
  { name: 'create', at: () => '#/new', show: (page) => page.getByText('Your own files').waitFor() },
  {
    name: 'console',
    at: (machine) => `#/machines/${machine}/console`,
    async show(page) {
      await page.locator('.xterm').click();
      await page.keyboard.type('uname -m\n');
      await page.waitForFunction(() => document.querySelector<HTMLElement>('.xterm-rows')?.innerText.includes('\nriscv64'));
    },
  },
  {
    name: 'timeline',
    at: (machine) => `#/machines/${machine}/timeline`,
    async show(page) {
      await page.getByText('You are here').waitFor();
      await page.getByRole('listbox', { name: 'Timeline' }).focus();
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    },
  },
  {
    name: 'hardware',
    at: (machine) => `#/machines/${machine}/hardware/disks`,
    show: (page) => page.getByRole('group', { name: 'Disk 1' }).waitFor(),
  },
  { name: 'network', at: (machine) => `#/machines/${machine}/network`, show: (page) => page.getByRole('tabpanel').first().waitFor() },
  { name: 'machine', at: (machine) => `#/machines/${machine}/overview`, dark: true, show: (page) => heading(page, 'Configuration') },
  {
    name: 'palette',
    at: (machine) => `#/machines/${machine}/console`,
    dark: true,
    async show(page) {
      await heading(page, 'web');
      await page.getByRole('tab', { name: 'Overview' }).focus();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Find an action' }).fill('disk');
    },
  },
  { name: 'help', at: () => '#/help/commands', show: (page) => page.getByText('viv snapshot restore', { exact: true }).waitFor() },
  {
    name: 'settings',
    at: () => '#/',
    async show(page) {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    },
  },
  {
    name: 'networks',
    at: () => '#/',
    dark: true,
    async show(page) {
      await page.getByRole('button', { name: 'Networks' }).click();
      await heading(page, 'office');
    },
  },
];

const wanted = process.argv.slice(2);
const folder = buildWindow();
const browser = await launchBrowser();
try {
  for (const { name, at, dark = false, show } of PICTURES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const main = await startFakeMain({ folder, booted: true });
    const machine = await furnish(main);
    const { page, complaints } = await visit(browser, `${main.shell.newAddress()}${at(machine)}`, { ...SIZE, dark });
    await show(page);
    // Fonts and the first figures are there, and nothing is moving any more.
    await page.evaluate(async () => {
      await document.fonts.ready;
      const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
      await Promise.all(ending.map((animation) => animation.finished.catch(() => undefined)));
    });
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    await page.context().close();
    await main.close();
    if (complaints.length > 0) throw new Error(`${name}: ${complaints.join('\n')}`);
    console.log(name);
  }
} finally {
  await browser.close();
  removeWindow(folder);
}
