/** The overview of all machines, and the addresses of places in the window. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

function three({ machines, timeline }: FakeMain): void {
  const { id } = machines.add(machines.plain('alpha', 'debian-riscv64'));
  machines.add(machines.plain('beta'));
  machines.add({ ...machines.plain('broken'), boot: { kind: 'linux', kernel: '/missing/Image' } });
  void machines.service.start(id);
  timeline.script(id, WEEK);
}
const card = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) });
const hash = (page: Page) => page.evaluate(() => location.hash);

describeWith(['chromium'], 'the overview', () => {
  const open = windows();

  test('is where a window opens that has several machines: consoles live, actions without leaving', async () => {
    const { page, main } = await open({ prepare: three, at: '' });
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await hash(page)).toBe('#/');
    await page.getByText('1 running, 2 off').waitFor();
    const alpha = card(page, 'alpha').getByRole('img', { name: /Console of alpha/ });
    await expect.poll(() => alpha.innerText()).toContain('Welcome to Debian');
    main.machines.type(main.machines.first(), 'echo seen from afar\r');
    await expect.poll(() => alpha.innerText(), { timeout: 60_000 }).toContain('echo seen from afar');
    await page.getByRole('button', { name: 'Pause alpha' }).click();
    await page.getByRole('button', { name: 'Resume alpha' }).waitFor();
    await page.getByRole('button', { name: 'Start broken' }).click();
    await expect.poll(() => card(page, 'broken').innerText()).toContain('choose another file in Hardware');
    await page.getByText('1 failed, 1 paused, 1 off').waitFor();
    expect(await hash(page)).toBe('#/');
  });
  test('says how busy the computer is and who takes the disk', async () => {
    const { page } = await open({ prepare: three, at: '#/' });
    await expect.poll(() => page.getByRole('meter', { name: 'CPU in use' }).getAttribute('aria-valuenow')).toBe('37');
    await page.getByText('19 GiB free').waitFor();
    await page.getByText('Vivarium takes').click();
    const uses = page.locator('details dl > div');
    await expect
      .poll(() => uses.allInnerTexts().then((all) => all.map((one) => one.replace(/\s+/g, ' ').trim())))
      .toEqual([
        'alpha 1 GiB',
        'beta 512 MiB',
        'broken 341 MiB',
        'Imported disk images 2.1 GiB',
        'Shared by machines, or free in the store 410 MiB',
        'Console history 205 MiB',
        'Definitions and settings 3 MiB',
        'Template downloads and caches 614 MiB',
        'Deleted machines 102 MiB',
      ]);
    await page.getByRole('button', { name: 'Empty the bin…' }).click();
    await page.getByRole('dialog', { name: 'Deleted machines' }).waitFor();
  });
  test('one machine alone is in front at once; the overview is a key away', async () => {
    const { page } = await open({ prepare: ({ machines }) => void machines.add(machines.plain('only')), at: '' });
    await page.getByRole('heading', { name: 'only' }).waitFor();
    await page.keyboard.press('Alt+0');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find an action' }).fill('only');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'only' }).waitFor();
  });
});

describeWith(['chromium'], 'an address', () => {
  const open = windows();

  test('of a tab, a category and a snapshot survives a reload, and Back and Forward go over machines and tabs', async () => {
    const { page, main } = await open({ prepare: three, at: '' });
    const id = main.machines.first();
    await page.getByRole('link', { name: 'alpha' }).click();
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    expect(await hash(page)).toBe(`#/machines/${id}/console`);
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('navigation').getByRole('button', { name: 'Boot' }).click();
    await expect.poll(() => hash(page)).toBe(`#/machines/${id}/hardware/boot`);
    await page.reload();
    await page.getByRole('navigation').getByRole('button', { name: 'Boot', pressed: false }).waitFor();
    expect(await page.locator('[aria-current="true"]').innerText()).toBe('Boot');
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByRole('listbox', { name: 'Timeline' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    // Moving about inside a tab is written a little later.
    await expect.poll(() => hash(page)).toMatch(new RegExp(`^#/machines/${id}/timeline/.+`));
    const snapshot = await hash(page);
    await page.reload();
    await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    expect(await hash(page)).toBe(snapshot);
    await page.goBack();
    await page.getByRole('tab', { name: 'Hardware', selected: true }).waitFor();
    await page.goForward();
    await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    expect(await hash(page)).toBe(snapshot);
  });
  test('of a place in what a console printed earlier is kept over a reload; leaving it leaves the address', async () => {
    const { page, main } = await open({ prepare: three, at: '#/machines/alpha/console/0/64' });
    const past = page.getByRole('region', { name: 'Earlier output' });
    await expect.poll(() => past.locator('.xterm-rows').innerText(), { timeout: 60_000 }).toContain('Linux version');
    const address = `#/machines/${main.machines.first()}/console/0/64`;
    expect(await hash(page)).toBe(address);
    await page.reload();
    await past.waitFor();
    expect(await hash(page)).toBe(address);
    await past.getByRole('textbox').or(past.getByRole('searchbox')).first().focus();
    await page.keyboard.press('Escape');
    await past.waitFor({ state: 'detached' });
    await expect.poll(() => hash(page)).toBe(`#/machines/${main.machines.first()}/console`);
  });
  test('may name a machine; one that leads nowhere says so and shows them all', async () => {
    const { page } = await open({ prepare: three, at: '#/machines/beta/network' });
    await page.getByRole('heading', { name: 'beta' }).waitFor();
    expect(await page.getByRole('tab', { name: 'Network' }).getAttribute('aria-selected')).toBe('true');
    await page.evaluate(() => (location.hash = '#/machines/nobody/console'));
    await page.getByText('The machine of this address does not exist any more.').waitFor();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  test('is copied by a command, and opens the same place in another window', async () => {
    const { page } = await open({ prepare: three });
    await page.getByRole('tab', { name: 'Network' }).click();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find an action' }).fill('copy address');
    await page.keyboard.press('Enter');
    await page.getByText(/^Copied: http/).waitFor();
    const address = await page.evaluate(() => navigator.clipboard.readText());
    const second = await page.context().newPage();
    await second.goto(address);
    await second.getByRole('tab', { name: 'Network', selected: true }).waitFor();
    await second.getByRole('heading', { name: 'alpha' }).waitFor();
  });
});
