/** The networks that machines share, in the window: made, looked at, deleted, and why not. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { windows } from './window.ts';

describeWith(['chromium'], 'the networks', () => {
  const open = windows();

  test('are explained while there is none, made by kind, and show who is on them', async () => {
    const { page, main } = await open({ prepare: ({ machines }) => void machines.add(machines.plain('box', 'debian-riscv64')) });
    await page.getByRole('button', { name: 'Networks', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Networks' });
    await dialog.getByText('Machines can share networks, on which they find each other by name.').waitFor();
    for (const kind of ['Private NAT', 'Shared NAT', 'Host-only', 'Isolated'])
      expect(await dialog.getByText(kind, { exact: true }).count()).toBe(1);
    await dialog.getByRole('textbox', { name: 'Name' }).fill('none');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('other than nat and none').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('lab');
    await dialog.getByRole('radio', { name: /^Host-only/ }).check();
    await dialog.getByText('npx viv network create lab --kind host-only').waitFor();
    await dialog.getByRole('button', { name: 'Create' }).click();
    const lab = dialog.getByRole('listitem', { name: 'lab', exact: true });
    await lab.getByText('Host-only · 10.86.1.0/24').waitFor();
    await lab.getByText('No machine is on it.').waitFor();
    await main.machines.service.update(main.machines.first(), { networks: [{ network: 'lab' }] });
    await lab.getByText('10.86.1.10').waitFor();
    await lab.getByText('off, card 1').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('lab');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('There is a network "lab" already').waitFor();
  });

  test('are not deleted while a machine is on one, which is said; a machine is a click away', async () => {
    const { page, main } = await open({
      prepare: ({ machines }) => void machines.add({ ...machines.plain('box', 'debian-riscv64'), networks: [{ network: 'lab' }] }),
    });
    await main.networks.create({ name: 'lab', kind: 'nat' });
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('networks');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Networks' });
    await dialog.getByRole('button', { name: 'Delete network lab' }).click();
    await dialog.getByRole('alert').getByText('box').waitFor();
    await dialog.getByRole('button', { name: 'box' }).click();
    await page.getByRole('heading', { name: 'Shared NAT network “lab”' }).waitFor();
    await main.machines.service.update(main.machines.first(), { networks: [] });
    await page.getByRole('button', { name: 'Networks', exact: true }).click();
    await dialog.getByRole('button', { name: 'Delete network lab' }).click();
    await dialog.getByText('There is none yet.').waitFor();
    expect(await main.networks.list()).toEqual([]);
  });
});
