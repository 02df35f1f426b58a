/** axe-core over every view and dialog, in the light, the dark and both high-contrast themes: no serious or critical finding. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { describeWith } from '../kit/tools.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
declare const axe: { run(context: unknown, options: unknown): Promise<{ violations: Finding[] }> };

const LOOKS = [
  { name: 'light', colorScheme: 'light', contrast: 'no-preference' },
  { name: 'dark', colorScheme: 'dark', contrast: 'no-preference' },
  { name: 'light, high contrast', colorScheme: 'light', contrast: 'more' },
  { name: 'dark, high contrast', colorScheme: 'dark', contrast: 'more' },
] as const;

/** What is wrong with the page as it is now: the rule, and the first element. A guest's own colours are the guest's. */
async function findings(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  const found = await page.evaluate(async (only) => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map((animation) => animation.finished.catch(() => undefined)));
    const options = { resultTypes: ['violations'], ...(only ? { runOnly: only } : {}) };
    return (await axe.run({ exclude: ['.xterm'] }, options)).violations;
  }, rules);
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, impact, nodes: [first] }) => `${impact} ${id}: ${first?.html.slice(0, 160)} ${first?.failureSummary.split('\n')[1]?.trim()}`,
    );
}
/** The same in every look. A theme changes nothing but colours, so the others are only asked about those. */
async function findingsInAll(page: Page): Promise<readonly string[]> {
  const all: string[] = [];
  for (const { name, ...look } of LOOKS) {
    await page.emulateMedia(look);
    await page.locator(`html[data-theme="${look.colorScheme}"][data-contrast="${look.contrast === 'more' ? 'more' : 'normal'}"]`).waitFor();
    const found = await findings(page, name === 'light' ? undefined : ['color-contrast']);
    all.push(...found.map((text) => `${name}: ${text}`));
  }
  return all;
}
function several({ machines, timeline }: FakeMain): void {
  const { id } = machines.add({
    ...machines.plain('alpha', 'debian-riscv64'),
    note: 'for trying kernels',
    disks: [{ id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 30 }],
    networks: [{ network: 'nat' }],
    ports: [{ name: 'log' }],
  });
  machines.add(machines.plain('beta'));
  machines.add(machines.plain('gamma'));
  void machines.service.start(id);
  void machines.service.delete(machines.add(machines.plain('deleted')).id);
  timeline.script(id, WEEK);
}
const failedExport = ({ machines }: FakeMain): TaskStatus => ({
  ...{ id: 'T9', kind: 'export-machine', subject: { machine: machines.first(), name: 'alpha', path: '/a.vivarium' }, message: '' },
  ...{ state: 'failed', startedAt: 0, endedAt: 60_000, fault: { code: 'archive-disk-full', facts: { file: '/a.vivarium' } } },
});
describeWith(['chromium'], 'axe finds nothing serious', () => {
  const open = windows();

  test('in any view or dialog', async () => {
    const { page, main } = await open({ prepare: several });
    await page.evaluate(AXE);
    const seen: Record<string, readonly string[]> = {};
    const check = async (name: string) => void (seen[name] = await findingsInAll(page));
    const tab = (name: string) => page.getByRole('tab', { name, exact: true }).first().click();
    /** A dialog by the words of its command, closed again afterwards. */
    const dialog = async (words: string) => {
      await page.getByRole('tab', { name: 'Overview' }).focus();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Find an action' }).fill(words);
      await page.keyboard.press('Enter');
      await page.locator('.dialog:not(.pick)').waitFor();
      await check(words);
      await page.keyboard.press('Escape');
      await page.locator('.dialog').waitFor({ state: 'detached' });
    };
    await page.keyboard.press('Alt+0');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('of the disk').click();
    await page.getByText('Deleted machines', { exact: true }).waitFor();
    await check('all machines');
    await page.getByRole('link', { name: 'alpha' }).click();
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    await page.locator('.xterm-rows').waitFor();
    await check('console');
    await page.getByRole('button', { name: 'Earlier output' }).click();
    await page.getByRole('region', { name: 'Earlier output' }).waitFor();
    await check('earlier output');
    await page.getByRole('button', { name: 'Now', exact: true }).click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menu').waitFor();
    await check('menu');
    await page.keyboard.press('Escape');
    await tab('Timeline');
    await page.getByText('You are here').waitFor();
    await check('timeline');
    await page.getByRole('listbox', { name: 'Timeline' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    await check('a snapshot');
    await page.keyboard.press('d');
    for (const name of ['Files (5)', 'Disks (1)', 'Memory', 'Console', 'Hardware']) {
      await page.getByRole('tab', { name, exact: true }).last().click();
      await check(`compare, ${name}`);
    }
    await page.getByRole('tab', { name: 'Files (5)' }).click();
    await page.getByRole('button', { name: '/etc/hostname' }).click();
    await page.getByRole('group', { name: 'Changed lines of /etc/hostname' }).waitFor();
    await check('a text compared');
    await page.getByRole('button', { name: 'Save this file to this computer' }).click();
    await page.getByRole('menuitem', { name: 'As it is now…' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'File' }).waitFor();
    await check('a file to be saved');
    await page.keyboard.press('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Compare' }).getByRole('button', { name: 'Timeline' }).click();
    await page.getByRole('button', { name: 'Files', exact: true }).click();
    await page.getByRole('option', { name: /^etc folder/ }).dblclick();
    await page.getByRole('option', { name: /^hostname/ }).click();
    await page.getByRole('group', { name: 'Content of hostname' }).waitFor();
    await check('files in a snapshot');
    await page.getByRole('region', { name: 'Files' }).getByRole('button', { name: 'Timeline' }).click();
    await page.getByRole('button', { name: 'Table' }).click();
    await check('table of snapshots');
    await tab('Hardware');
    for (const name of ['General', 'System', 'Boot', 'Disks', 'Network', 'Shared folders', 'Console ports', 'Devices', 'JSON']) {
      await page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
      await check(`hardware, ${name}`);
    }
    await tab('Network');
    await check('network');
    await tab('Overview');
    await check('overview');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find an action' }).waitFor();
    await check('palette');
    await page.keyboard.press('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByText('Your own files').click();
    await page.getByText('More settings').click();
    await page.getByLabel('Kernel', { exact: true }).waitFor();
    await check('new machine');
    await page.getByRole('button', { name: 'Cancel' }).click();
    for (const words of ['import', 'search all', 'networks', 'deleted', 'check the', 'settings', 'keyboard', 'export', 'show commands'])
      await dialog(words);
    main.task(failedExport(main));
    await page.getByRole('button', { name: 'Tasks' }).click();
    await page.getByRole('button', { name: 'Log' }).click();
    await check('tasks');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Snapshot', exact: true }).click();
    await page.getByPlaceholder('Optional').waitFor();
    await check('taking a snapshot');
    await page.keyboard.press('Escape');
    for (const topic of ['first-steps', 'keys', 'commands', 'guests']) {
      await page.evaluate((hash) => (location.hash = hash), `#/help/${topic}`);
      await page.locator(`nav a[aria-current][href$="${topic}"]`).waitFor();
      await check(`help, ${topic}`);
    }
    await page.evaluate(() => (location.hash = '#/stories'));
    await page.getByRole('button', { name: 'Messages', exact: true }).click();
    await page.getByRole('button', { name: 'Show usage' }).waitFor();
    await check('the parts of the kit, and messages');
    await page.getByRole('button', { name: 'A menu' }).click();
    await page.getByRole('menuitem', { name: 'Start' }).waitFor();
    await check('a menu of the kit');
    await page.keyboard.press('Escape');
    await page.evaluate(() => (location.hash = '#/help'));
    await page.getByRole('button', { name: 'Take the tour' }).click();
    await page.getByRole('region', { name: 'Tour' }).waitFor();
    await check('the tour');
    expect(Object.fromEntries(Object.entries(seen).filter(([, found]) => found.length > 0))).toEqual({});
  });
  test('before there is any machine', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Boot Debian Linux now' }).waitFor();
    await page.evaluate(AXE);
    expect(await findingsInAll(page)).toEqual([]);
  });
});
