/** The Network tab: cards, cables, forwards, connections, names, and what was out of reach. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import type { Page } from 'playwright-core';
import { windows, type FakeMain } from './window.ts';

const box = (main: FakeMain) =>
  main.machines.add({
    ...main.machines.plain('box', 'debian-riscv64'),
    networks: [{ network: 'nat', hostPorts: [8999] }],
    forwards: [{ hostPort: 8080, guestPort: 80 }],
  });
const running = (main: FakeMain) => (box(main), void main.machines.service.start(main.machines.first()));
const tab = (page: Page) => page.getByRole('tab', { name: 'Network' }).click();
const definition = (main: FakeMain) => main.machines.definitionOf(main.machines.first());

describeWith(['chromium'], 'the network of a machine', () => {
  const open = windows();

  test('that runs shows connections with their rates, names with answers, and why something was out of reach', async () => {
    const { page } = await open({ prepare: running });
    await tab(page);
    const card = page.getByRole('region', { name: 'Network card 1' });
    await card.getByText('10.0.2.15', { exact: true }).waitFor();
    await card.getByText('fec0::5054:ff:fe12:3456').waitFor();
    // In the machine's header.
    await page.getByTitle('10.0.2.15').waitFor();
    await card.getByRole('img', { name: /^Traffic of card 1: received .*bit\/s, sent .*bit\/s$/ }).waitFor();
    const flows = page.getByRole('region', { name: 'Connections' });
    await flows.getByText('151.101.2.132:80').waitFor();
    expect(await flows.getByText('TCP, into the guest, port 22').count()).toBe(1);
    // What it carried more than a second ago, as the fake counts it.
    await flows.getByText(/\d [kM]bit\/s/).waitFor();
    await flows.getByRole('tab', { name: 'Ended (1)' }).click();
    await flows.getByText('151.101.2.132:443').waitFor();
    await page.getByRole('region', { name: 'Names asked for' }).getByText('151.101.2.132, 151.101.66.132').waitFor();
    const out = page.getByRole('region', { name: 'Out of reach' });
    await out.getByText('To open this one, add host-port=8000').waitFor();
    expect(await out.getByText('2 s ago, 3 times').count()).toBe(1);
  });

  test('has its cable pulled and made worse, at once and in the definition', async () => {
    const { page, main } = await open({ prepare: running });
    await tab(page);
    const cable = page.getByRole('switch', { name: 'Cable plugged in' });
    await cable.click();
    await expect.poll(() => cable.getAttribute('aria-checked')).toBe('false');
    expect(definition(main).networks?.[0]?.cable).toEqual({ unplugged: true });
    await cable.click();
    await page.getByText('Cable quality').click();
    await page.getByLabel('Rate, bits a second').fill('fast');
    await page.getByLabel('Delay, ms').fill('40');
    await page.getByLabel('Loss, %').focus();
    await page.getByText('Type bits a second, as 56k, 10M or 1G').waitFor();
    await page.getByLabel('Rate, bits a second').fill('1.5M');
    await page.getByLabel('Loss, %').focus();
    await expect.poll(() => definition(main).networks?.[0]?.cable).toEqual({ rate: 1_500_000, delay: 40 });
    await page.getByText('at most 1.5 Mbit/s, 40 ms on the way, each way').waitFor();
    await page.getByRole('button', { name: 'Unlimited' }).click();
    await expect.poll(() => definition(main).networks?.[0]?.cable).toBeUndefined();
  });

  test('names who has a port, and forwards more and fewer of them', async () => {
    const { page, main } = await open({ prepare: running });
    await tab(page);
    const forwards = page.getByRole('region', { name: 'Forwarded ports' });
    await forwards.getByText('Waiting: port 8080 is in use by nginx (process 812)').waitFor();
    expect(await forwards.getByLabel('Port here').inputValue()).toBe('2222');
    await forwards.getByRole('button', { name: 'Forward', exact: true }).click();
    await forwards.getByText('Listening, 1 connection').waitFor();
    expect(definition(main).forwards).toEqual([
      { hostPort: 8080, guestPort: 80 },
      { hostPort: 2222, guestPort: 22 },
    ]);
    await forwards.getByLabel('Port here').fill('99999');
    await forwards.getByLabel('Port in the guest').fill('53');
    await forwards.getByRole('button', { name: 'Forward', exact: true }).click();
    await forwards.getByText('A whole number from 1 to 65535.').waitFor();
    await forwards.getByLabel('Port here').fill('8080');
    await forwards.getByText('This port is forwarded already.').waitFor();
    await forwards.getByRole('button', { name: 'Stop forwarding port 8080' }).click();
    await expect.poll(() => definition(main).forwards).toEqual([{ hostPort: 2222, guestPort: 22 }]);
  });

  test('that is off is shown as it will be, and one without a card says how to get one', async () => {
    const { page, main } = await open({ prepare: (prepared) => void box(prepared) });
    await tab(page);
    await page.getByText('The machine is off').waitFor();
    await page.getByText('Start the machine to see its connections').waitFor();
    await page.getByRole('switch', { name: 'Cable plugged in' }).click();
    await expect.poll(() => definition(main).networks?.[0]?.cable).toEqual({ unplugged: true });
    expect(main.machines.network.looks()).toBe(0);
    await main.machines.service.update(main.machines.first(), { networks: [], forwards: [] });
    await page.getByRole('heading', { name: 'No network card' }).waitFor();
    await page.getByRole('button', { name: 'Open Hardware' }).click();
    await page.getByRole('button', { name: 'Disks' }).waitFor();
    await main.networks.create({ name: 'office', kind: 'nat' });
    await page.getByRole('tab', { name: 'Network' }).click();
    await page.getByRole('button', { name: 'Connect to “office”' }).click();
    await page.getByRole('heading', { name: 'Shared NAT network “office”' }).waitFor();
    expect(definition(main).networks).toEqual([{ network: 'office' }]);
    await main.machines.service.update(main.machines.first(), { networks: [] });
    await page.getByRole('button', { name: 'Connect to a private network' }).click();
    await page.getByRole('heading', { name: 'Private NAT' }).waitFor();
  });

  test('is not asked for while nobody looks', async () => {
    const { page, main } = await open({ prepare: running });
    await tab(page);
    await expect.poll(() => main.machines.network.looks()).toBeGreaterThan(1);
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    const before = main.machines.network.looks();
    // Two figures of activity are two seconds, in which four looks would have been.
    for (let ticks = 0; ticks < 2; ticks++)
      await new Promise<void>((resolve) => {
        const tick = main.events.machines.activity;
        Object.assign(main.events.machines, {
          activity: (figures: Parameters<typeof tick>[0]) => (
            tick(figures),
            Object.assign(main.events.machines, { activity: tick }),
            resolve()
          ),
        });
      });
    expect(main.machines.network.looks() - before).toBeLessThanOrEqual(1);
  });
});
