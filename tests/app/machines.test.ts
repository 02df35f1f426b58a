/** Machines in the window: by keyboard alone, deleted and brought back, asked about, narrow and dark. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { showsText } from './browser.ts';
import { windows, type FakeMain } from './window.ts';

const names = (main: FakeMain) =>
  (main.machines.service.list() as readonly { definition: { name: string }; state: string }[]).map(
    ({ definition, state }) => `${definition.name} ${state}`,
  );
const two = ({ machines }: FakeMain) => {
  machines.add(machines.plain('alpha'));
  machines.add(machines.plain('beta'));
};

describeWith(['chromium'], 'machines in the window', () => {
  const open = windows();

  test('are started, renamed, deleted and brought back by keyboard alone', async () => {
    const { page, main } = await open({ prepare: two });
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    // New machine, Overview, the list.
    for (let stop = 0; stop < 3; stop++) await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'beta' }).waitFor();
    await page.keyboard.press('F2');
    await page.keyboard.type('gamma');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'gamma' }).waitFor();
    await page.keyboard.press('Delete');
    await page.getByText('“gamma” was deleted.').first().waitFor();
    expect(names(main)).toEqual(['alpha off']);
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await page.getByRole('heading', { name: 'gamma' }).waitFor();
    expect(names(main)).toEqual(['alpha off', 'gamma off']);
    await page.getByRole('listbox', { name: 'Machines' }).focus();
    await page.keyboard.press('Enter');
    await showsText(page, 'Welcome to Debian');
    await page.keyboard.type('uname -m\n');
    await showsText(page, '\nriscv64');
    // Ctrl+F6 leads out of the terminal, which keeps every other key.
    await page.keyboard.press('Control+F6');
    await page.keyboard.press('ArrowUp');
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
  });
  test('a name that is taken or given up changes nothing', async () => {
    const { page, main } = await open({ prepare: two });
    await page.getByRole('listbox', { name: 'Machines' }).focus();
    await page.keyboard.press('F2');
    await page.keyboard.type('other');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    expect(names(main)).toEqual(['alpha off', 'beta off']);
  });
  test('stopping asks, because what is in memory is lost; escape changes nothing', async () => {
    const { page, main } = await open({ prepare: (fake) => (two(fake), void fake.machines.service.start(fake.machines.first())) });
    const stop = async () => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Stop' }).click();
      await page.getByText('Anything “alpha” has not written to disk is lost.').waitFor();
    };
    await stop();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(names(main)[0]).toBe('alpha running');
    await stop();
    // The safe answer has the focus.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => names(main)[0]).toBe('alpha off');
  });
  test('shut down asks the guest, not the person', async () => {
    const { page, main } = await open({ prepare: (fake) => (two(fake), void fake.machines.service.start(fake.machines.first())) });
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Shut down' }).click();
    await page.getByText('“alpha” was asked to shut down.').waitFor();
    await expect.poll(() => names(main)[0]).toBe('alpha off');
  });
  test('pause and resume are at one place', async () => {
    const { page, main } = await open({ prepare: (fake) => (two(fake), void fake.machines.service.start(fake.machines.first())) });
    const place = () => page.locator('header .act').boundingBox();
    const before = await place();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('header').getByRole('button', { name: 'Resume' }).waitFor();
    expect(await place()).toEqual(before);
    await page.locator('header').getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => names(main)[0]).toBe('alpha running');
  });
  test('a machine that failed says why, shows its log, and leads to its hardware', async () => {
    const { page } = await open({
      prepare: ({ machines }) => void machines.add({ ...machines.plain('broken'), boot: { kind: 'linux', kernel: '/missing/Image' } }),
    });
    await page.locator('header').getByRole('button', { name: 'Start' }).click();
    await page.getByText('This machine failed.').waitFor();
    await page.getByText('choose another file in Hardware, Boot').waitFor();
    await page.getByRole('button', { name: 'Edit hardware' }).click();
    await page.getByRole('button', { name: 'Boot' }).waitFor();
  });
  test('the palette does what it says, and the commands can be taken away', async () => {
    const { page } = await open({ prepare: two });
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('show comm');
    await page.keyboard.press('Enter');
    await page.getByText('npx viv start alpha').waitFor();
    await page.getByRole('button', { name: 'Copy Start' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('npx viv start alpha');
  });
  test('closing the program with machines running asks first', async () => {
    const { page, main } = await open({ prepare: two });
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    main.events.application.quitRequested({ running: ['alpha'] });
    await page.getByRole('button', { name: 'Keep running' }).click();
    expect(main.quits()).toBe(0);
    main.events.application.quitRequested({ running: ['alpha'] });
    await page.getByText('it resumes at exactly this point').waitFor();
    await page.getByRole('button', { name: 'Save and quit' }).click();
    await expect.poll(() => main.quits()).toBe(1);
  });
  test('a machine that quitting stops is named as one that loses something', async () => {
    const { page, main } = await open({
      prepare: ({ machines }) => (machines.add(machines.plain('alpha')), machines.add({ ...machines.plain('beta'), onQuit: 'stop' })),
    });
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    main.events.application.quitRequested({ running: ['alpha', 'beta'] });
    await page.getByText('Quitting stops “beta”').waitFor();
    await page.getByText('Quitting saves “alpha”').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Quit', exact: true }).click();
    await expect.poll(() => main.quits()).toBe(1);
  });
  test('the theme follows the system until one is chosen', async () => {
    const { page } = await open({ prepare: two, dark: true });
    const theme = () => page.locator('html').getAttribute('data-theme');
    await expect.poll(theme).toBe('dark');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('radio', { name: 'Light' }).first().check();
    await expect.poll(theme).toBe('light');
  });
  test('in a narrow window the list is a drawer, and nothing is cut off', async () => {
    const { page } = await open({ prepare: two, width: 480 });
    await page.getByRole('button', { name: 'Show the list of machines' }).click();
    await page.getByRole('option', { name: /beta/ }).click();
    await page.getByRole('heading', { name: 'beta' }).waitFor();
    for (const tab of ['Hardware', 'Overview', 'Console']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(480);
    }
  });
  test('every control has a name', async () => {
    const { page } = await open({ prepare: two });
    for (const tab of ['Console', 'Hardware', 'Overview']) {
      await page.getByRole('tab', { name: tab }).click();
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, input, textarea, select')]
          .filter(
            (control) =>
              !(
                control.getAttribute('aria-label') ||
                control.innerText ||
                (control as HTMLInputElement).labels?.length ||
                control.getAttribute('aria-hidden')
              ),
          )
          .map((control) => control.outerHTML),
      );
      expect(nameless).toEqual([]);
    }
  });
  test('F2, Delete and Ctrl+Z hold in the whole window; a field keeps its own', async () => {
    const { page, main } = await open({ prepare: two });
    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('F2');
    await page.getByLabel('Machine name').fill('gamma');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'gamma' }).waitFor();
    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('Delete');
    await page.getByText('“gamma” was deleted.').first().waitFor();
    await page.keyboard.press('Control+z');
    await page.getByRole('heading', { name: 'gamma' }).waitFor();
    expect(names(main)).toEqual(['beta off', 'gamma off']);
  });
  test('Delete on a running machine stops nothing, and no question has its danger under Enter', async () => {
    const { page, main } = await open({ prepare: (fake) => (two(fake), void fake.machines.service.start(fake.machines.first())) });
    await page.getByRole('listbox', { name: 'Machines' }).focus();
    await page.keyboard.press('Delete');
    await page.getByText('“alpha” is running.').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Stop' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(names(main)).toEqual(['alpha running', 'beta off']);
  });
  test('a program that quits says so, and what it showed is marked as old', async () => {
    const { page, main, complaints } = await open({
      prepare: (fake) => (two(fake), void fake.machines.service.start(fake.machines.first())),
    });
    await page.getByText('Running').first().waitFor();
    await main.close();
    await page.getByText('Vivarium has quit.').waitFor();
    await expect
      .poll(() =>
        page
          .locator('.state')
          .first()
          .evaluate((state) => getComputedStyle(state).opacity),
      )
      .toBe('0.45');
    // Chromium reports the requests that nobody answers; nothing else may be there.
    expect(complaints.splice(0).filter((complaint) => !complaint.startsWith('Failed to load resource'))).toEqual([]);
  });
  test('a new machine is scrolled to', async () => {
    const many = (fake: FakeMain) =>
      void Array.from({ length: 40 }, (_, index) => fake.machines.add(fake.machines.plain(`machine ${index}`)));
    const { page } = await open({ prepare: many });
    await page.getByRole('heading', { name: 'machine 0' }).waitFor();
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByRole('button', { name: 'Create and edit' }).click();
    await page.getByRole('heading', { name: 'debian-riscv64' }).waitFor();
    await expect
      .poll(() =>
        page
          .getByRole('listbox', { name: 'Machines' })
          .getByRole('option', { selected: true })
          .evaluate((row) => row.getBoundingClientRect().bottom < innerHeight),
      )
      .toBe(true);
  });
});
