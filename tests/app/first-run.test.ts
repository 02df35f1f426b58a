/** The empty state: one button to a shell, and an honest answer where that cannot be. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { showsText, typeLine } from './browser.ts';
import { windows } from './window.ts';

const BOOT = 'Boot Debian Linux now';

describeWith(['chromium'], 'the first run', () => {
  const open = windows();

  test('one click boots, and the console has the focus', async () => {
    const { page, main } = await open();
    await page.getByRole('button', { name: BOOT }).click();
    await showsText(page, 'Welcome to Debian');
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
    expect(main.machines.service.list()).toMatchObject([{ definition: { template: 'debian-riscv64' }, state: 'running' }]);
    expect(await page.getByRole('option', { selected: true }).innerText()).toContain('Running');
  });
  test('parts are fetched first, with size and speed, and then it boots', async () => {
    const { page, main } = await open({ debian: 'fetchable' });
    await page.getByText('Downloads 34.2 MiB once').waitFor();
    await page.getByRole('button', { name: BOOT }).click();
    await page.getByText('13 MiB of 34.2 MiB · 5.2 MiB/s · 0:04 left').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('38');
    main.fetched();
    await showsText(page, 'Welcome to Debian');
  });
  test('a cancelled fetch leads back to the button', async () => {
    const { page, main } = await open({ debian: 'fetchable' });
    await page.getByRole('button', { name: BOOT }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: BOOT }).waitFor();
    expect(main.machines.service.list()).toEqual([]);
  });
  test('a failed fetch says why, and offers the machine that needs nothing', async () => {
    const { page, main } = await open({ debian: 'fetchable' });
    await page.getByRole('button', { name: BOOT }).click();
    await page.getByRole('progressbar').waitFor();
    main.failFetch('no package mirror answers: check the network and try again');
    await page.getByText('No package mirror answers: check the network and try again').waitFor();
    await page.getByRole('button', { name: 'Run Hello instead' }).click();
    await showsText(page, 'Welcome');
    expect(main.machines.service.list()).toMatchObject([{ definition: { template: 'hello-riscv64' }, state: 'running' }]);
  });
  test('where the parts cannot be had it says why at once', async () => {
    const { page } = await open({ debian: 'unavailable' });
    await page.getByText(/has no apt/).waitFor();
    expect(await page.getByRole('button', { name: BOOT }).count()).toBe(0);
    await page.getByRole('button', { name: 'Run Hello instead' }).waitFor();
  });
});
