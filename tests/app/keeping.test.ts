/** The window keeps what people do: forms beside other forms, closed tabs, notes, names, what is selected. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { describeWith } from '../kit/tools.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

const one = (main: FakeMain) => void main.machines.add(main.machines.plain('beta', 'debian-riscv64'));
const defined = (main: FakeMain): MachineDefinition => main.machines.definitionOf(main.machines.first());
/** A change by a command or another program. */
const elsewhere = (main: FakeMain, patch: Partial<MachineDefinition>) => main.machines.service.update(main.machines.first(), patch);
const category = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name }).click();
const hardware = (page: Page) => page.getByRole('tab', { name: /Hardware/ }).click();
const apply = (page: Page) => page.getByRole('button', { name: 'Apply' }).last();
/** A second window of the same browser; the cookie of the first one lets it in at the bare address. */
async function another(page: Page, main: FakeMain): Promise<Page> {
  const second = await page.context().newPage();
  await second.goto(main.shell.address);
  return second;
}

describeWith(['chromium'], 'a form beside other changes', () => {
  const open = windows();

  test('a note that is applied undoes neither the memory nor the disk that came meanwhile', async () => {
    const { page, main } = await open({ prepare: one });
    await hardware(page);
    await page.getByLabel('Note').fill('word');
    await elsewhere(main, { memoryMiB: 64, disks: [{ id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 23 }] });
    await expect.poll(() => page.getByTitle('Changed, not yet applied').count()).toBe(2);
    await apply(page).click();
    await page.getByText('All changes saved').waitFor();
    expect(defined(main)).toMatchObject({ note: 'word', memoryMiB: 64, disks: [{ id: 'D1' }] });
  });
  test('two windows: each stores what was changed in it', async () => {
    const { page, main } = await open({ prepare: one });
    const second = await another(page, main);
    await hardware(page);
    await page.getByLabel('Note').fill('word');
    await hardware(second);
    expect(await second.getByLabel('Note').inputValue()).toBe('');
    await category(second, 'System');
    await second.getByLabel('Memory', { exact: true }).fill('128');
    await apply(second).click();
    await second.getByText('All changes saved').waitFor();
    await apply(page).click();
    await page.getByText('All changes saved').waitFor();
    expect(defined(main)).toMatchObject({ note: 'word', memoryMiB: 128 });
  });
  test('the same field is asked about: mine is kept, or the current one used', async () => {
    const { page, main } = await open({ prepare: one });
    await hardware(page);
    await page.getByLabel('Note').fill('mine');
    await category(page, 'System');
    await page.getByLabel('Memory', { exact: true }).fill('256');
    await elsewhere(main, { memoryMiB: 64, note: 'theirs' });
    const notice = page.getByRole('alert', { name: 'Changed elsewhere' });
    await notice.getByText('64 MiB').waitFor();
    expect(await apply(page).isDisabled()).toBe(true);
    await notice.getByRole('group', { name: 'Memory' }).getByRole('button', { name: 'Keep mine' }).click();
    await notice.getByRole('group', { name: 'Note' }).getByRole('button', { name: 'Use the current one' }).click();
    await notice.waitFor({ state: 'detached' });
    await apply(page).click();
    await page.getByText('All changes saved').waitFor();
    expect(defined(main)).toMatchObject({ memoryMiB: 256, note: 'theirs' });
  });
});

describeWith(['chromium'], 'what was typed', () => {
  const open = windows();

  test('stays when the tab is closed, after a question; the bare address leads back to it', async () => {
    const { page, main } = await open({ prepare: one });
    await hardware(page);
    await page.getByLabel('Note').fill('half a word');
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.type());
      void dialog.accept();
    });
    const closed = page.waitForEvent('close');
    await page.close({ runBeforeUnload: true });
    await closed;
    expect(questions).toEqual(['beforeunload']);
    const context = page.context();
    const back = await context.newPage();
    await back.goto(main.shell.address);
    await hardware(back);
    await expect.poll(() => back.getByLabel('Note').inputValue()).toBe('half a word');
    await back.getByRole('button', { name: 'Settings' }).click();
    await back.getByText(new URL(main.shell.address).origin).waitFor();
  });
  test('a new machine’s answers stay over a click beside, Escape and a reload; Cancel drops them', async () => {
    const { page } = await open({ prepare: one });
    const create = () => page.getByRole('button', { name: 'New machine' }).click();
    const name = page.getByLabel('Name', { exact: true });
    await create();
    await name.fill('a long story');
    await page.mouse.click(4, 400);
    expect(await name.inputValue()).toBe('a long story');
    await name.press('Escape');
    await page.getByRole('heading', { name: 'beta' }).waitFor();
    await create();
    expect(await name.inputValue()).toBe('a long story');
    await page.reload();
    await create();
    await expect.poll(() => name.inputValue()).toBe('a long story');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await create();
    expect(await name.inputValue()).toBe('');
  });
  test('a name that was refused comes back to be mended', async () => {
    const { page, main } = await open({ prepare: (main_) => (one(main_), void main_.machines.add(main_.machines.plain('taken'))) });
    await page.getByRole('listbox', { name: 'Machines' }).focus();
    await page.keyboard.press('F2');
    await page.keyboard.type('taken');
    await page.keyboard.press('Enter');
    await page.getByText(/already a machine called/).waitFor();
    expect(await page.getByLabel('Machine name').inputValue()).toBe('taken');
    await page.getByLabel('Machine name').fill('taken 2');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'taken 2' }).waitFor();
    expect(defined(main).name).toBe('taken 2');
  });
  test('keys of an input method end neither a renaming nor a dialog', async () => {
    const { page, main } = await open({ prepare: one });
    /** A key as macOS sends it while a word is composed. */
    const composed = (key: string) =>
      page.evaluate((pressed) => {
        const event = new KeyboardEvent('keydown', { key: pressed, isComposing: true, bubbles: true, cancelable: true, composed: true });
        document.activeElement?.dispatchEvent(event);
      }, key);
    await page.getByRole('listbox', { name: 'Machines' }).focus();
    await page.keyboard.press('F2');
    await page.keyboard.insertText('会計');
    await composed('Enter');
    expect(await page.getByLabel('Machine name').inputValue()).toBe('会計');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '会計' }).waitFor();
    expect(defined(main).name).toBe('会計');
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByLabel('Name', { exact: true }).fill('かいけい');
    await composed('Escape');
    await composed('Enter');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('かいけい');
  });
});

describeWith(['chromium'], 'a snapshot’s note', () => {
  const open = windows();
  const week = (main: FakeMain) => {
    one(main);
    main.timeline.script(main.machines.first(), WEEK);
  };
  const last = (main: FakeMain) => main.timeline.snapshotsOf(main.machines.first()).find(({ id }) => id === 'S09')!;
  const select = async (page: Page) => {
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByRole('listbox', { name: 'Timeline' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { name: 'Works' }).waitFor();
  };

  test('is kept while it is typed, also over another tab', async () => {
    const { page, main } = await open({ prepare: week });
    await select(page);
    await page.getByLabel('Note').fill('a note');
    await expect.poll(() => last(main).note, { timeout: 20_000 }).toBe('a note');
    await page.getByLabel('Note').fill('a note, and more');
    await page.getByRole('tab', { name: 'Overview' }).click();
    await expect.poll(() => last(main).note).toBe('a note, and more');
  });
  test('that was changed elsewhere is asked about', async () => {
    const { page, main } = await open({ prepare: week });
    await select(page);
    await page.getByLabel('Note').pressSequentially('mi');
    main.timeline.put({ ...last(main), note: 'theirs' });
    await page.getByText('This note was changed elsewhere').waitFor();
    await page.getByLabel('Note').pressSequentially('ne');
    await page.getByLabel('Note').blur();
    expect(last(main).note).toBe('theirs');
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await expect.poll(() => last(main).note).toBe('mine');
  });
  test('is offered when its snapshot is thinned away', async () => {
    const { page, main } = await open({ prepare: week });
    await select(page);
    await page.getByLabel('Note').pressSequentially('prec');
    void main.timeline.service.delete([last(main).id]);
    await page.getByRole('button', { name: 'Copy note' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('prec');
  });
  test('and the selection stay where they were when a snapshot is taken', async () => {
    const { page, main } = await open({ prepare: week });
    await select(page);
    await page.keyboard.press('Control+Shift+S');
    await page.getByText(/^Snapshot “.*” was taken\.$/).waitFor();
    await page.getByRole('heading', { name: 'Works' }).waitFor();
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await expect.poll(() => main.timeline.restored).toEqual(['S09']);
  });
});
