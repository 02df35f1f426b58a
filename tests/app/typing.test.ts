/** Paths as people paste them and numbers as people write them, in the window's fields. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { windows, type FakeMain } from './window.ts';

const one = (main: FakeMain) => void main.machines.add(main.machines.plain('box', 'debian-riscv64'));

describeWith(['chromium'], 'a path', () => {
  const open = windows();

  test('is taken as it was pasted, and shown in full', async () => {
    const { page, main } = await open();
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByText('Your own files').click();
    const kernel = page.getByLabel('Kernel', { exact: true });
    for (const pasted of ['file:///boot/vmlinuz-6.12-riscv64', '"/boot/vmlinuz-6.12-riscv64"', "'file:///boot/vmlinuz-6%2E12-riscv64'"]) {
      await kernel.fill(pasted);
      await kernel.blur();
      await expect.poll(() => kernel.inputValue()).toBe('/boot/vmlinuz-6.12-riscv64');
      await page.getByText('A Linux kernel for riscv64').waitFor();
    }
    await kernel.fill('~/Image');
    await kernel.blur();
    await expect.poll(() => kernel.inputValue()).toBe('/home/ada/Image');
    await kernel.fill('Image');
    await page.getByText('“Image” is not a full path').or(page.getByText('"Image" is not a full path')).first().waitFor();
    expect(main.machines.service.list()).toEqual([]);
  });
  test('for an export is shown in full; the dialog stays when the file cannot be written', async () => {
    const { page, main } = await open({ prepare: one });
    const exporting = async () => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: /Export/ }).click();
    };
    await exporting();
    const file = page.getByRole('dialog').getByLabel('File', { exact: true });
    const write = page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true });
    await file.fill('box.vivarium');
    await write.click();
    await page.getByText(/"box.vivarium" is not a full path/).waitFor();
    await file.fill('/nowhere/box.vivarium');
    await write.click();
    await page.getByText('There is no folder /nowhere').waitFor();
    expect(await file.inputValue()).toBe('/nowhere/box.vivarium');
    await file.fill('~/box.vivarium');
    await write.click();
    await page.getByText('“box” was written to /home/ada/box.vivarium.').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(main.timeline.exported).toEqual(['/nowhere/box.vivarium', '/home/ada/box.vivarium']);
  });
});

describeWith(['chromium'], 'a number', () => {
  const open = windows();

  test('with a comma makes a disk of that size, or is refused with a word', async () => {
    const disk = { id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 30 } as const;
    const { page, main } = await open({
      prepare: ({ machines, timeline }) => {
        const { id } = machines.add({ ...machines.plain('box', 'debian-riscv64'), disks: [disk] });
        timeline.diskLists.set(id, [{ slot: 0, id: 'D1', sizeBytes: 2 ** 30, hostBytes: 0 }]);
      },
    });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('button', { name: 'Disks' }).click();
    await page.getByRole('button', { name: 'More about disk 1' }).click();
    await page.getByRole('menuitem', { name: /Enlarge/ }).click();
    const size = page.getByLabel('New size', { exact: true });
    const grow = page.getByRole('dialog').getByRole('button', { name: 'Enlarge' });
    await size.fill('1,500');
    await page.getByText('“1,500” can mean 1500 or 1.500.').waitFor();
    expect(await grow.last().isDisabled()).toBe(true);
    await size.fill('');
    await size.pressSequentially('1,5');
    expect(await size.inputValue()).toBe('1,5');
    await page.getByText('npx viv disk resize box 1 1536M').waitFor();
    await grow.last().click();
    await expect.poll(() => main.timeline.diskCalls).toEqual([`resize 0 ${1.5 * 2 ** 30}`]);
  });
  test('in every field keeps what was typed; letters are not dropped in silence', async () => {
    const { page, main } = await open({ prepare: one });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('button', { name: 'System' }).click();
    const memory = page.getByLabel('Memory', { exact: true });
    await memory.fill('12e8');
    await page.getByText('“12e8” is not a number.').waitFor();
    expect(await memory.inputValue()).toBe('12e8');
    await memory.fill('1 024');
    await memory.press('ArrowUp');
    expect(await memory.inputValue()).toBe('1040');
    await page.getByRole('button', { name: 'Apply' }).last().click();
    await page.getByText('All changes saved').waitFor();
    expect(main.machines.definitionOf(main.machines.first()).memoryMiB).toBe(1040);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Scrollback').fill('1,000,000,000');
    await page.getByText('From 100 to 1,000,000.').waitFor();
    await page.getByLabel('Scrollback').fill('20,000');
    await page.getByLabel('Scrollback').blur();
    await page.getByLabel('Console font size').press('ArrowUp');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Settings' }).click();
    expect([await page.getByLabel('Scrollback').inputValue(), await page.getByLabel('Console font size').inputValue()]).toEqual([
      '20000',
      '15',
    ]);
  });
});
