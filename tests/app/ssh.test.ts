/** The SSH button: a console tab that is logged in, with the command that does the same. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { showsText } from './browser.ts';
import { windows, type FakeMain } from './window.ts';

const running =
  (template: string, networks: readonly { readonly network: string }[]) =>
  ({ machines }: FakeMain) => {
    machines.add({ ...machines.plain('box', template), networks });
    void machines.service.start(machines.first());
  };

describeWith(['chromium'], 'SSH', () => {
  const open = windows();

  test('is a button away: a tab with the shell, the command to copy, and the way back', async () => {
    const { page, main } = await open({ prepare: running('debian-riscv64-ssh', [{ network: 'nat' }]) });
    await page.getByRole('button', { name: 'SSH', exact: true }).click();
    await showsText(page, 'root@vivarium:~#');
    await page.getByText('npx viv ssh box').waitFor();
    expect(await page.getByText('The guest needs an SSH server').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'SSH', exact: true }).count()).toBe(0);
    await page.keyboard.type('uname -m');
    await showsText(page, 'uname -m');
    await page.getByRole('button', { name: 'Log in again' }).click();
    await showsText(page, 'Logging in again');
    // The guest's size is told to ssh's terminal, not to the serial port's.
    await expect.poll(() => main.sizes.some((size) => size.startsWith('31: '))).toBe(true);
    await page.reload();
    await page.getByRole('tab', { name: 'SSH' }).click();
    await showsText(page, 'uname -m');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('button', { name: 'SSH', exact: true }).waitFor();
    await page.getByRole('tab', { name: 'ttyS0' }).waitFor();
  });
  test('says what a guest needs that has no server, and is in the palette', async () => {
    const { page } = await open({ prepare: running('debian-riscv64', [{ network: 'nat' }]) });
    await page.getByRole('tab', { name: 'Network' }).click();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Type what you want to do').fill('ssh');
    await page.keyboard.press('Enter');
    await page.getByText('The guest needs an SSH server').waitFor();
    await page.getByText("ssh -o ProxyCommand='npx viv connect box 22' root@box").waitFor();
  });
  test('is not offered where no network leads to the guest', async () => {
    const { page } = await open({ prepare: running('debian-riscv64-ssh', []) });
    await showsText(page, 'Welcome to Debian');
    expect(await page.getByRole('button', { name: 'SSH', exact: true }).count()).toBe(0);
  });
});
