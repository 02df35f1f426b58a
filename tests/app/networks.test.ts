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

  test('say where their cards reach and how large packets are, after what is wrong is mended', async () => {
    const { page, main } = await open();
    await main.networks.create({ name: 'lab', kind: 'nat', mtu: 9000 });
    await page.getByRole('button', { name: 'Networks', exact: true }).click();
    const lab = page.getByRole('dialog', { name: 'Networks' }).getByRole('listitem', { name: 'lab', exact: true });
    await lab.getByText('packets of 9000 bytes').click();
    expect(await lab.getByRole('textbox', { name: 'MTU, bytes' }).inputValue()).toBe('9000');
    await lab.getByRole('textbox', { name: 'Deny' }).fill('lan nowhere');
    await lab.getByRole('alert').getByText('An address, a network as 10.0.0.0/8').waitFor();
    expect(await lab.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await lab.getByRole('textbox', { name: 'Deny' }).fill('lan *:25');
    await lab.getByRole('textbox', { name: 'MTU, bytes' }).fill('');
    await lab.getByText("npx viv network set lab --deny lan --deny '*:25'").waitFor();
    await lab.getByRole('button', { name: 'Save' }).click();
    await lab.getByText('not lan, *:25').waitFor();
    expect(await main.networks.list()).toMatchObject([{ name: 'lab', reach: { deny: ['lan', '*:25'] } }]);
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
