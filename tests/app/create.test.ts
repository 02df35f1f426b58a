/** The page for a new machine: from dropped files, from a template with changes, and what it will take. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { showsText } from './browser.ts';
import { windows, type FakeMain } from './window.ts';

const one = ({ machines }: FakeMain) => void machines.add(machines.plain('box'));
const newest = ({ machines }: FakeMain) => machines.definitionOf(machines.ids().at(-1)!);

/** Drags files over the window and drops them, as a file manager does. */
async function drop(page: Page, files: Readonly<Record<string, number>>): Promise<void> {
  const data = await page.evaluateHandle((sizes) => {
    const transfer = new DataTransfer();
    for (const [name, size] of Object.entries(sizes)) transfer.items.add(new File([new Uint8Array(size)], name));
    return transfer;
  }, files);
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: data });
  await page.getByText('Drop to make a machine').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  await page.getByText('Drop to make a machine').waitFor({ state: 'detached' });
}

describeWith(['chromium'], 'files that are dropped anywhere', () => {
  const open = windows();

  test('a kernel and its initrd make a machine that boots with one more key', async () => {
    const { page, main } = await open({ prepare: one });
    await page.getByRole('heading', { name: 'box' }).waitFor();
    await drop(page, { 'initrd.img': 100, 'vmlinuz-6.12-riscv64': 2_500_000 });
    await page.getByRole('heading', { name: 'New machine' }).waitFor();
    expect(await page.getByLabel('Kernel', { exact: true }).inputValue()).toBe('/boot/vmlinuz-6.12-riscv64');
    expect(await page.getByLabel('Initrd', { exact: true }).inputValue()).toBe('/boot/initrd.img');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Create and start');
    await page.keyboard.press('Enter');
    await showsText(page, 'Welcome to Debian');
    expect(newest(main)).toMatchObject({
      name: 'vmlinuz-6.12-riscv64',
      board: 'riscv64-virt',
      boot: { kind: 'linux', kernel: '/boot/vmlinuz-6.12-riscv64', initrd: '/boot/initrd.img', commandLine: 'console=ttyS0' },
    });
    // A browser does not say where a file is: it was handed over, in order, in pieces of a mebibyte.
    expect(main.received).toEqual(['initrd.img 0', ...[0, 1, 2].map((piece) => `vmlinuz-6.12-riscv64 ${piece * 2 ** 20}`)]);
  });
  test('an exported machine goes to the import; what is not for any board is named', async () => {
    const { page } = await open({ prepare: one });
    await drop(page, { 'box.vivarium': 10 });
    await page.getByRole('dialog', { name: 'Import a machine' }).waitFor();
    expect(await page.getByLabel('File', { exact: true }).inputValue()).toBe('/boot/box.vivarium');
    await page.keyboard.press('Escape');
    await drop(page, { 'vmlinuz-6.12-amd64': 10 });
    await page.getByText('vmlinuz-6.12-amd64 is for an architecture that no board has.').waitFor();
    await page.getByRole('heading', { name: 'box' }).waitFor();
  });
});

describeWith(['chromium'], 'the page for a new machine', () => {
  const open = windows();

  test('has an address, says what a machine will take, and takes over what is changed of a template', async () => {
    const { page, main } = await open({ prepare: one, at: '#/new' });
    await page.getByRole('heading', { name: 'New machine' }).waitFor();
    await page.getByText('Takes up to 512 MiB of memory while it runs (9.5 GiB free)').waitFor();
    await page.getByLabel('Memory', { exact: true }).fill('1024');
    await page.getByText('Takes up to 1 GiB of memory').waitFor();
    await page.getByText('More settings').click();
    await page.getByLabel('Note').fill('for trying');
    await page
      .getByText(/^npx viv create debian-riscv64 --template debian-riscv64 (?=.*--memory (1G|1024M))(?=.*--note 'for trying')/)
      .waitFor();
    await page.getByRole('button', { name: 'Create and edit' }).click();
    await page.getByRole('tab', { name: 'Hardware', selected: true }).waitFor();
    expect(newest(main)).toMatchObject({ name: 'debian-riscv64', template: 'debian-riscv64', memoryMiB: 1024, note: 'for trying' });
    await page.goBack();
    await page.getByRole('heading', { name: 'New machine' }).waitFor();
  });
  test('says how much has to be downloaded, and where there is less memory than it wants', async () => {
    const { page } = await open({ debian: 'fetchable', at: '#/new' });
    await page.getByText('34.2 MiB to download once').waitFor();
    await page.getByText(/34\.2 MiB of disk now \(19 GiB free\)/).waitFor();
    await page.getByLabel('Memory', { exact: true }).fill('16000');
    await page.getByText('That is more memory than is free now').waitFor();
  });
});
