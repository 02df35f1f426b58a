/** The bin and the check of the library in the window: what they say, what they ask, and what they call. */
import { expect, test } from 'vitest';
import type { MachineId } from '../../preload/contract/machines.ts';
import { describeWith } from '../kit/tools.ts';
import { windows, type FakeMain } from './window.ts';

const inBin = ({ machines }: FakeMain) => {
  machines.add(machines.plain('alpha'));
  for (const [name, note] of [
    ['beta', ''],
    ['gamma', ''],
    ['delta', 'protected'],
  ] as const) {
    const { id } = machines.add({ ...machines.plain(name), note });
    void machines.service.delete(id);
  }
};
const left = (main: FakeMain) =>
  (main.machines.service.bin() as readonly { definition: { name: string } }[]).map((one) => one.definition.name);

describeWith(['chromium'], 'the bin', () => {
  const open = windows();

  test('says what each takes up, and deletes one for good after a question', async () => {
    const { page, main } = await open({ prepare: inBin });
    await page.getByRole('button', { name: 'Deleted machines' }).click();
    const dialog = page.getByRole('dialog', { name: 'Deleted machines' });
    await dialog.getByText('1 snapshot · 200 MiB').waitFor();
    const remove = dialog.getByRole('button', { name: 'Delete gamma permanently' });
    await remove.click();
    await page.getByText('“gamma” and its 1 snapshot will be deleted. This cannot be undone.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Delete “gamma” permanently?' }).waitFor({ state: 'detached' });
    expect(left(main)).toEqual(['beta', 'gamma', 'delta']);
    await remove.click();
    await page.getByRole('button', { name: 'Delete permanently', exact: true }).click();
    await page.getByText('“gamma” was permanently deleted. 100 MiB freed.').first().waitFor();
    await remove.waitFor({ state: 'detached' });
    expect(left(main)).toEqual(['beta', 'delta']);
  });
  test('is emptied but for machines with protected snapshots, which say so', async () => {
    const { page, main } = await open({ prepare: inBin });
    await page.getByRole('button', { name: 'Deleted machines' }).click();
    await page.getByText('“precious” is protected. Restore the machine and unprotect its snapshots').waitFor();
    expect(await page.getByRole('button', { name: 'Delete delta permanently' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Empty the bin' }).click();
    await page.getByText('“beta”, “gamma”, with their disks and snapshots, will be deleted').waitFor();
    await page.getByText('At least 300 MiB of space is freed.').waitFor();
    await page.getByRole('button', { name: 'Delete permanently', exact: true }).click();
    await expect.poll(() => left(main)).toEqual(['delta']);
    await expect.poll(() => page.getByRole('button', { name: 'Empty the bin' }).isDisabled()).toBe(true);
  });
  test('a deletion that was just offered to be undone is not any more', async () => {
    const { page } = await open({ prepare: inBin });
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    await page.getByRole('listbox', { name: 'Machines' }).focus();
    await page.keyboard.press('Delete');
    await page.getByText('“alpha” was deleted.').waitFor();
    await page.getByRole('button', { name: 'Deleted machines' }).click();
    await page.getByRole('button', { name: 'Delete alpha permanently' }).click();
    await page.getByRole('button', { name: 'Delete permanently', exact: true }).click();
    await page.getByText('“alpha” was permanently deleted.').first().waitFor();
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });
  test('a machine that went there comes back from there', async () => {
    const { page, main } = await open({ prepare: inBin });
    await page.getByRole('button', { name: 'Deleted machines' }).click();
    await page.getByRole('button', { name: 'Restore delta' }).click();
    await page.getByRole('heading', { name: 'delta' }).waitFor();
    expect(left(main)).toEqual(['beta', 'gamma']);
    expect((main.machines.service.list() as readonly { id: MachineId }[]).length).toBe(2);
  });
});

describeWith(['chromium'], 'the check of the library', () => {
  const open = windows();
  const check = { id: 'T-check', kind: 'check-library', subject: {}, message: '', startedAt: 0 } as const;

  test('is reached from the settings, and names what it found', async () => {
    const { page, main } = await open({ prepare: inBin });
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Check…' }).click();
    await page.getByText('All stored data of all machines and snapshots is read').waitFor();
    main.events.tasks.changed({ ...check, state: 'running', fraction: 0.5 });
    await page.getByRole('progressbar', { name: 'Checking the library' }).waitFor();
    const found = ['the snapshot "a" of "alpha": its memory has lost 3 of 4096 pieces', 'disk 1 of "alpha": its content cannot be read'];
    main.events.tasks.changed({ ...check, state: 'failed', fault: { code: 'library-check-failed', facts: { found } } });
    await page.getByText('2 problems were found:').waitFor();
    await page.getByText('The snapshot "a" of "alpha": its memory has lost 3 of 4096 pieces').waitFor();
    await page.getByText('Disk 1 of "alpha": its content cannot be read').waitFor();
  });
  test('stands beside the mirror, which is a setting', async () => {
    const { page, main } = await open({ prepare: inBin });
    await page.getByRole('button', { name: 'Settings' }).click();
    const field = page.getByLabel('Debian mirror');
    await page.getByText('through this computer’s apt').waitFor();
    await field.fill('mirror');
    await page.getByText('An address as in http://HOST/debian').waitFor();
    await field.press('Tab');
    expect(main.settings().mirror).toBe('');
    await field.fill(' http://127.0.0.1:8080/debian ');
    await field.press('Tab');
    await expect.poll(() => main.settings().mirror).toBe('http://127.0.0.1:8080/debian');
    await field.fill('');
    await field.press('Tab');
    await expect.poll(() => main.settings().mirror).toBe('');
  });
  test('an address that is emptied before the program has told of it stays empty', async () => {
    const { page, main } = await open({ prepare: inBin });
    await page.getByRole('button', { name: 'Settings' }).click();
    const field = page.getByLabel('Debian mirror');
    // Both at once: nothing is heard in between.
    await field.evaluate((input: HTMLInputElement) => {
      for (const address of ['http://127.0.0.1:8080/debian', '']) {
        input.value = address;
        for (const event of ['input', 'change']) input.dispatchEvent(new Event(event));
      }
    });
    // What is changed after them is told after them.
    await page.getByRole('group', { name: 'Theme', exact: true }).getByLabel('Dark').check();
    await expect.poll(() => main.settings().theme).toBe('dark');
    expect(main.settings().mirror).toBe('');
    await expect.poll(() => field.inputValue()).toBe('');
  });
  test('is reached from the palette, and says that nothing is wrong', async () => {
    const { page, main } = await open({ prepare: inBin });
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('check');
    await page.keyboard.press('Enter');
    await page.getByText('npx viv library check').waitFor();
    main.events.tasks.changed({ ...check, state: 'done', result: null });
    await page.getByText('No problems found').waitFor();
  });
});
