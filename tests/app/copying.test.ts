/** Copies of machines from the window, and what the registry of commands does with snapshots, disks and networks. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

function one({ machines, timeline }: FakeMain): void {
  const { id } = machines.add({
    ...machines.plain('web server', 'debian-riscv64'),
    disks: [{ id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 30 }],
  });
  timeline.script(id, WEEK);
  timeline.diskLists.set(id, [{ slot: 0, id: 'D1', sizeBytes: 2 ** 30, hostBytes: 2 ** 20 }]);
}
/** Types a part of a command's name into the palette and takes the first. */
async function command(page: Page, words: string): Promise<void> {
  await page.getByRole('tab', { name: 'Overview' }).focus();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find an action' }).fill(words);
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'Find an action' }).waitFor({ state: 'detached' });
}

describeWith(['chromium'], 'a machine', () => {
  const open = windows();

  test('is duplicated from its menu, and the copy is in front', async () => {
    const { page, main } = await open({ prepare: one });
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await page.getByText('“web server” was duplicated as “web server copy”.').waitFor();
    await page.getByRole('heading', { name: 'web server copy' }).waitFor();
    expect(main.machines.ids().length).toBe(2);
  });
  test('is saved as a template, from which the next one is made; the template can be deleted', async () => {
    const { page, main } = await open({ prepare: one });
    await command(page, 'save as a template');
    const dialog = page.getByRole('dialog', { name: 'Save “web server” as a template' });
    expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('web-server');
    await dialog.getByLabel('What it is').fill('nginx and a certificate');
    await dialog.getByText("npx viv template save 'web server' web-server --note 'nginx and a certificate'").waitFor();
    await dialog.getByRole('button', { name: 'Save template' }).click();
    await page.getByRole('button', { name: 'New machine' }).last().click();
    await page.getByText('nginx and a certificate').click();
    await page.getByRole('button', { name: 'Create and edit' }).click();
    await page.getByRole('heading', { name: 'web-server' }).waitFor();
    await command(page, 'save as a template');
    await page.getByRole('dialog').getByRole('button', { name: 'Save template' }).click();
    await page.getByText('There is already a template "web-server": choose another name').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New machine' }).first().click();
    await page.getByText('nginx and a certificate').click();
    await page.getByRole('button', { name: 'Delete the template “web-server”' }).click();
    await page.getByText('nginx and a certificate').waitFor({ state: 'detached' });
    expect(main.machines.saved).toEqual([]);
  });
});

describeWith(['chromium'], 'the palette', () => {
  const open = windows();

  test('does with the selected snapshot what the timeline does', async () => {
    const { page, main } = await open({ prepare: one });
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByRole('listbox', { name: 'Timeline' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Console' }).click();
    await command(page, 'snapshot branch');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('tab', { name: 'Timeline', selected: true }).waitFor();
    await command(page, 'snapshot restore');
    await expect.poll(() => main.timeline.restored.length).toBe(1);
  });
  test('opens what is done with a disk, wherever one is', async () => {
    const { page, main } = await open({ prepare: one });
    await command(page, 'compact disk 1');
    await expect.poll(() => main.timeline.diskCalls).toContain('compact 0');
    await page.getByRole('tab', { name: 'Console' }).click();
    await command(page, 'export disk 1');
    await page.getByRole('dialog').getByLabel('File', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await command(page, 'add an empty disk');
    await page.getByRole('group', { name: 'Disk 2' }).waitFor();
  });
});
