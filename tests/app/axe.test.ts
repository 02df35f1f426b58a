/** axe-core over every view and dialog: no serious or critical finding in any look. */
import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { describeWith } from '../kit/tools.ts';
import { findingsInAll, looking } from './axe.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

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
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).first().click();
async function overview(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New machine' }).waitFor();
  await page.keyboard.press('Alt+0');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}
async function machine(page: Page): Promise<void> {
  await overview(page);
  await page.getByRole('link', { name: 'alpha' }).click();
  await page.getByRole('heading', { name: 'alpha' }).waitFor();
}
const failedExport = ({ machines }: FakeMain): TaskStatus => ({
  ...{ id: 'T9', kind: 'export-machine', subject: { machine: machines.first(), name: 'alpha', path: '/a.vivarium' }, message: '' },
  ...{ state: 'failed', startedAt: 0, endedAt: 60_000, fault: { code: 'archive-disk-full', facts: { file: '/a.vivarium' } } },
});
describeWith(['chromium'], 'axe finds nothing serious', () => {
  const open = windows();

  test('in the overview, and in the console', async () => {
    const { page } = await open({ prepare: several });
    const { check, seen } = looking(page);
    await overview(page);
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
    const more = async (item: string) => {
      await page.getByRole('button', { name: 'More about this console' }).first().click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await more('Attach other programs…');
    await page.getByRole('dialog').getByRole('button', { name: /TCP/ }).click();
    await page.getByRole('dialog').getByText('2 connected').waitFor();
    await check('ways to a console');
    await page.keyboard.press('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });
    await more('Show times');
    await more('Another console at the right');
    await page.getByRole('separator').waitFor();
    await check('two consoles side by side, with times');
    await more('Only this console');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menu').waitFor();
    await check('menu');
    await page.keyboard.press('Escape');
    expect(seen).toEqual({});
  });
  test('in the timeline, and in what is compared', async () => {
    const { page } = await open({ prepare: several });
    const { check, seen } = looking(page);
    await machine(page);
    await tab(page, 'Timeline');
    await page.getByText('You are here').waitFor();
    await check('timeline');
    await page.keyboard.press('Control+f');
    await page.getByRole('searchbox', { name: 'Find in names' }).fill('upgrade');
    await page.keyboard.press('Enter');
    await page.getByRole('search').getByText('Kept before').waitFor();
    await check('finding in the timeline');
    await page.keyboard.press('Escape');
    await page.keyboard.press('End');
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
    expect(seen).toEqual({});
  });
  test('in the hardware, the network and the overview of a machine', async () => {
    const { page } = await open({ prepare: several });
    const { check, seen } = looking(page);
    await machine(page);
    await tab(page, 'Hardware');
    for (const name of ['General', 'System', 'Boot', 'Disks', 'Network', 'Shared folders', 'Console ports', 'Devices', 'JSON', 'History']) {
      await page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
      await check(`hardware, ${name}`);
    }
    await tab(page, 'Network');
    await check('network');
    await tab(page, 'Overview');
    await check('overview');
    expect(seen).toEqual({});
  });
  test('in the dialogs, and in the tasks', async () => {
    const { page, main } = await open({ prepare: several });
    const { check, seen } = looking(page);
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
    await machine(page);
    await tab(page, 'Overview');
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
    expect(seen).toEqual({});
  });
  test('in the help, the parts of the kit and the tour', async () => {
    const { page } = await open({ prepare: several });
    const { check, seen } = looking(page);
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
    expect(seen).toEqual({});
  });
  test('before there is any machine', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Boot Debian Linux now' }).waitFor();
    expect(await findingsInAll(page)).toEqual([]);
  });
});
