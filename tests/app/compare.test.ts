/** Two moments compared in a view of their own: its address, its parts, a text's difference, a file that is brought out. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

const week = (main: FakeMain) => {
  const { id } = main.machines.add({
    ...main.machines.plain('debian', 'debian-riscv64'),
    disks: [{ id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 30 }],
  });
  main.timeline.script(id, WEEK);
};

describeWith(['chromium'], 'comparing two moments', () => {
  const open = windows();

  test('an address leads to it, and follows what is looked at', async () => {
    const { page } = await open({ prepare: week, at: '#/machines/debian/timeline/compare/S03/S09/memory' });
    const compare = page.getByRole('region', { name: 'Compare' });
    await compare.getByText('1,204 of 131,072 pages changed').first().waitFor();
    await compare.getByRole('tab', { name: 'Disks' }).click();
    await compare.getByText('2 MiB of 1 GiB changed, 512 clusters').waitFor();
    await expect.poll(() => page.url()).toMatch(/compare\/S03\/S09\/disks$/);
    await compare.getByRole('combobox', { name: 'To' }).selectOption('now');
    await expect.poll(() => page.url()).toMatch(/compare\/S03\/now\/disks$/);
    // An older second one changes places with the first.
    await compare.getByRole('combobox', { name: 'To' }).selectOption('S02');
    await expect.poll(() => page.url()).toMatch(/compare\/S02\/S03\/disks$/);
    await page.reload();
    await compare.getByRole('tab', { name: 'Disks', selected: true }).waitFor();
    await compare.getByRole('button', { name: 'Timeline' }).click();
    await page.getByRole('listbox', { name: 'Timeline' }).waitFor();
    expect(page.url()).not.toContain('compare');
  });
  test('Back leads from it to where it was begun', async () => {
    const { page } = await open({ prepare: week, at: '#/machines/debian/timeline/S09' });
    await page.getByRole('listbox', { name: 'Timeline' }).focus();
    await page.keyboard.press('d');
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Works', exact: true }).waitFor();
  });
  test('files are filtered, and a text is compared line by line', async () => {
    const { page } = await open({ prepare: week, at: '#/machines/debian/timeline/compare/S09/now' });
    const compare = page.getByRole('region', { name: 'Compare' });
    await compare.getByRole('button', { name: '2 added' }).click();
    expect(await compare.getByRole('button', { name: '/usr/bin/strace' }).count()).toBe(0);
    await compare.getByPlaceholder('Filter files').fill('host');
    expect(await compare.getByRole('listitem').count()).toBe(1);
    await compare.getByRole('button', { name: '/etc/hostname' }).click();
    const lines = compare.getByRole('group', { name: 'Changed lines of /etc/hostname' });
    await lines.waitFor();
    expect(await lines.locator('.removed .text').allInnerTexts()).toEqual(['box', 'option30 = 210']);
    expect(await lines.locator('.added .text').allInnerTexts()).toEqual(['box-2', 'last = 1']);
    expect(await lines.locator('.left').allInnerTexts()).toEqual(['24 unchanged lines', '23 unchanged lines']);
  });
  test('what is no text says so, and is saved from either moment', async () => {
    const { page, main } = await open({ prepare: week, at: '#/machines/debian/timeline/compare/S09/now' });
    await page.getByRole('button', { name: '/usr/bin/strace' }).click();
    await page.getByText('It is larger than 1 MiB.').waitFor();
    await page.getByRole('button', { name: '/etc/hostname' }).click();
    await page.getByRole('button', { name: 'Save this file to this computer' }).click();
    await page.getByRole('menuitem', { name: 'As in “Works”…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save “hostname” as in “Works”' });
    await dialog.getByRole('textbox', { name: 'File' }).fill('~/old-hostname');
    await dialog.getByText('npx viv snapshot get debian Works /etc/hostname').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('“hostname” was saved to /home/ada/old-hostname.').waitFor();
    expect(main.timeline.diskCalls).toEqual(['take S09 0 /etc/hostname /home/ada/old-hostname']);
  });
  test('the console shows what was printed between the two', async () => {
    const prepare = (main: FakeMain) => (week(main), void main.machines.service.start(main.machines.first()));
    const { page } = await open({ prepare, at: '#/machines/debian/timeline/compare/S04/S09/console' });
    await page.getByText('so other branches').waitFor();
    await page.getByLabel('What was printed').waitFor();
    await page.getByRole('button', { name: 'Show in the console' }).click();
    await expect.poll(() => page.url()).toMatch(/console\/0\/\d+$/);
  });
  test('a snapshot that has gone is said to be gone', async () => {
    const { page } = await open({ prepare: week, at: '#/machines/debian/timeline/compare/NONE/S09' });
    await page.getByText('One of the two snapshots no longer exists.').waitFor();
    await page.getByRole('combobox', { name: 'From' }).selectOption('S01');
    await page.getByRole('button', { name: '/etc/hostname' }).waitFor();
  });
});
