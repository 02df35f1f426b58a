/** The files on a machine's disks in the window: folders, their order, one file's text, and one brought to this computer. */
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

describeWith(['chromium'], 'files of a guest', () => {
  const open = windows();

  test('are looked through by keys, and each folder has an address', async () => {
    const { page } = await open({ prepare: week, at: '#/machines/debian/timeline/S09' });
    await page.getByRole('listbox', { name: 'Timeline' }).focus();
    await page.keyboard.press('o');
    const files = page.getByRole('region', { name: 'Files' });
    const entries = files.getByRole('listbox', { name: 'Files and folders' });
    await entries.getByRole('option', { name: /^etc folder/ }).waitFor();
    await entries.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await entries.getByRole('option', { name: /^hostname File/ }).waitFor();
    await expect.poll(() => page.url()).toMatch(/timeline\/files\/S09\/1\/etc$/);
    await page.keyboard.press('ArrowDown');
    await files.getByRole('group', { name: 'Content of hostname' }).getByText('option30 = 210').waitFor();
    await page.reload();
    await entries.getByRole('option', { name: /^passwd/ }).waitFor();
    await entries.focus();
    await page.keyboard.press('Backspace');
    // Whoever goes up stands on the folder that was left.
    await entries.getByRole('option', { name: /^etc folder/, selected: true }).waitFor();
    await expect.poll(() => page.url()).toMatch(/files\/S09\/1$/);
    await page.goBack();
    await entries.getByRole('option', { name: /^hostname/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Works', exact: true }).waitFor();
  });
  test('are found by typing and sorted by any column, however many there are', async () => {
    const { page } = await open({ prepare: week, at: '#/machines/debian/timeline/files/S09/1/usr/share' });
    const entries = page.getByRole('listbox', { name: 'Files and folders' });
    const first = entries.getByRole('option').first();
    await expect.poll(() => first.textContent()).toMatch(/^page-0000/);
    expect(await entries.getByRole('option').count()).toBeLessThan(200);
    await page.getByRole('button', { name: 'Sort by Size' }).click();
    await expect.poll(() => first.textContent()).toMatch(/^page-1730.*97.5 KiB/);
    await page.getByRole('button', { name: 'Sort by Name' }).click();
    await entries.focus();
    await page.keyboard.press('End');
    await entries.getByRole('option', { name: /^page-1999/, selected: true }).waitFor();
    await page.getByRole('searchbox', { name: 'Find in this folder' }).fill('17 page');
    await expect.poll(() => first.textContent()).toMatch(/^page-0017/);
    const fitting = Array.from({ length: 2000 }, (_, index) => String(index).padStart(4, '0')).filter((name) => name.includes('17'));
    expect(await first.getAttribute('aria-setsize')).toBe(String(fitting.length));
  });
  test('another moment shows the same folder as it is then, and one file is saved', async () => {
    const { page, main } = await open({ prepare: week, at: '#/machines/debian/timeline/files/S09/1/etc' });
    const files = page.getByRole('region', { name: 'Files' });
    await files.getByRole('option', { name: /^hostname/ }).waitFor();
    expect(await files.getByRole('option', { name: /^only-now/ }).count()).toBe(0);
    await files.getByRole('combobox', { name: 'As in' }).selectOption('now');
    await files.getByRole('option', { name: /^only-now/ }).waitFor();
    await files.getByRole('combobox', { name: 'As in' }).selectOption('S02');
    await files.getByRole('option', { name: /^hostname/ }).click();
    await files.getByText("npx viv snapshot get debian 'Tools installed' /etc/hostname . --partition 1").waitFor();
    await page.keyboard.press('s');
    const dialog = page.getByRole('dialog', { name: 'Save “hostname” as in “Tools installed”' });
    await dialog.getByRole('textbox', { name: 'File' }).fill('~/hostname');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('“hostname” was saved to /home/ada/hostname.').waitFor();
    expect(main.timeline.diskCalls).toEqual(['take S02 0 etc/hostname /home/ada/hostname']);
  });
  test('what is not there says so', async () => {
    const { page } = await open({ prepare: week, at: '#/machines/debian/timeline/files/S09/1/nowhere' });
    await page.getByRole('alert').getByText('/nowhere').waitFor();
    await page.getByRole('button', { name: '/', exact: true }).click();
    await page.getByRole('option', { name: /^etc folder/ }).waitFor();
    await page.evaluate(() => (location.hash = '#/machines/debian/timeline/files/GONE/1'));
    await page.getByText('This snapshot no longer exists.').waitFor();
  });
  test('a machine is forked from where it is and from a snapshot, and the first one goes on', async () => {
    const { page, main } = await open({ prepare: (one) => (week(one), void one.machines.service.start(one.machines.first())) });
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByRole('button', { name: 'Fork', exact: true }).click();
    await page.getByText('“fork from now” now runs beside “debian”.').waitFor();
    await page.getByRole('heading', { name: 'fork from now' }).waitFor();
    await page.getByRole('button', { name: 'Show “debian”' }).click();
    await page.getByRole('heading', { name: 'debian', exact: true }).waitFor();
    await page.getByRole('listbox', { name: 'Timeline' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { name: 'Works', exact: true }).waitFor();
    await page.keyboard.press('f');
    await page.getByText('“fork from Works” now runs beside “debian”.').waitFor();
    const states = (await main.machines.service.list()).map(({ definition, state }) => [definition.name, state]);
    expect(states.map(([name]) => name)).toEqual(['debian', 'fork from now', 'fork from Works']);
    expect(states[0]?.[1]).toBe('running');
  });
});
