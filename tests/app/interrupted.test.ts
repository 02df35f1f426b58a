/** Machines that were running when the program ended are offered in the window, and resume with one click. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { windows, type FakeMain } from './window.ts';

const prepare = ({ machines }: FakeMain) => {
  for (const name of ['one', 'two']) {
    const { id } = machines.add(machines.plain(name, 'debian-riscv64'));
    machines.interrupted.push({ id, name, from: 'saved', at: Date.now() });
  }
};

describeWith(['chromium'], 'interrupted machines', () => {
  const open = windows();

  test('are offered together and resume together', async () => {
    const { page, main } = await open({ prepare });
    const banner = page.getByRole('region', { name: 'Interrupted machines' });
    await banner.getByText('“one” and “two” were running when Vivarium ended.').waitFor();
    await banner.getByRole('button', { name: 'Resume all' }).click();
    await banner.waitFor({ state: 'detached' });
    await expect
      .poll(() => (main.machines.service.list() as readonly { state: string }[]).map(({ state }) => state))
      .toEqual(['running', 'running']);
  });
  test('can be left alone, and one that is started by hand is no longer offered', async () => {
    const { page, main } = await open({ prepare });
    const banner = page.getByRole('region', { name: 'Interrupted machines' });
    await banner.getByText('“one” and “two”').waitFor();
    await main.machines.service.start(main.machines.interrupted[0]!.id);
    await banner.getByText('“two” was running').waitFor();
    await banner.getByRole('button', { name: 'Dismiss' }).click();
    await banner.waitFor({ state: 'detached' });
  });
  test('resume at every start where their person wants it', async () => {
    const { page } = await open({ prepare });
    await page.getByRole('button', { name: 'Always resume' }).click();
    await page.getByRole('region', { name: 'Interrupted machines' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+,');
    expect(await page.getByLabel('When Vivarium starts, resume the machines').isChecked()).toBe(true);
  });
});
