/** The Hardware tab and the New dialog: faults at their fields, nothing lost, what is stored. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { showsText } from './browser.ts';
import { windows, type FakeMain } from './window.ts';

const stored = (main: FakeMain) =>
  main.machines.service.list() as readonly {
    definition: { name: string; memoryMiB: number; disks: unknown; boot: unknown };
    state: string;
    needsRestart: boolean;
  }[];
const one = (main: FakeMain) => void main.machines.add(main.machines.plain('debian', 'debian-riscv64'));

describeWith(['chromium'], 'the hardware form', () => {
  const open = windows();

  test('a fault shows at its field, keeps what was typed, and cannot be applied', async () => {
    const { page, main } = await open({ prepare: one });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('button', { name: 'System' }).click();
    await page.getByLabel('Memory', { exact: true }).fill('8');
    await page.getByText('A whole number of MiB from 16 to 3072.').waitFor();
    expect(await page.getByRole('button', { name: 'Apply' }).last().isDisabled()).toBe(true);
    await page.getByRole('tab', { name: 'Console' }).click();
    await page.getByRole('tab', { name: /Hardware/ }).click();
    await page.getByRole('button', { name: 'System' }).click();
    expect(await page.getByLabel('Memory', { exact: true }).inputValue()).toBe('8');
    await page.getByLabel('Memory', { exact: true }).fill('256');
    await page.getByRole('button', { name: 'Apply' }).last().click();
    await page.getByText('All changes saved').waitFor();
    expect(stored(main)[0]?.definition.memoryMiB).toBe(256);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.getByLabel('Memory', { exact: true }).inputValue()).toBe('512');
  });
  test('what was typed survives a reload of the page, and is shown as a command', async () => {
    const { page } = await open({ prepare: one });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByLabel('Name', { exact: true }).fill('my debian');
    await page.reload();
    await page.getByRole('tab', { name: /Hardware/ }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('my debian');
    await page.getByRole('button', { name: 'JSON' }).click();
    await page.getByText("npx viv set debian --name 'my debian'").waitFor();
  });
  test('what main finds wrong with a file shows at that file', async () => {
    const { page } = await open({ prepare: one });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('button', { name: 'Boot' }).click();
    await page.getByLabel('Kernel', { exact: true }).fill('/nowhere/Image');
    await page.getByText('There is no file /nowhere/Image: choose another one').waitFor();
    expect(await page.getByLabel('Kernel', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  });
  test('disks are chosen in the file dialog, ordered, made read-only and told where writes go', async () => {
    const disks = [{ path: '/boot/vmlinuz-6.12-riscv64', readonly: false }, { path: '', readonly: false, writes: 'overlay' } as const];
    const { page, main } = await open({
      prepare: (main_) => void main_.machines.add({ ...main_.machines.plain('alpha', 'debian-riscv64'), disks }),
    });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('button', { name: 'Disks' }).click();
    const second = page.getByRole('group', { name: 'Disk 2' });
    await second.getByRole('button', { name: 'Browse for a file: Image' }).click();
    await page.getByRole('option', { name: /^boot/ }).dblclick();
    await page.getByRole('option', { name: /initrd/ }).click();
    await page.getByText('A gzipped initial file system').waitFor();
    await page.getByRole('button', { name: 'Open' }).click();
    await second.getByLabel('Read-only').check();
    await page.getByRole('group', { name: 'Disk 1' }).getByLabel('Writes').selectOption('Discarded on shutdown');
    await page.getByRole('button', { name: 'Move disk 2 up' }).click();
    await page.getByRole('button', { name: 'Apply' }).last().click();
    await page.getByText('All changes saved').waitFor();
    expect(stored(main)[0]?.definition.disks).toEqual([
      { path: '/boot/initrd.img', readonly: true, writes: 'overlay' },
      { path: '/boot/vmlinuz-6.12-riscv64', readonly: false, writes: 'throwaway' },
    ]);
  });
  test('a running machine is told that changes wait for its next start', async () => {
    const { page, main } = await open({ prepare: (one_) => (one(one_), void one_.machines.service.start(one_.machines.first())) });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByLabel('Note').fill('for trying kernels');
    await page.getByText('Not applied yet.').waitFor();
    await page.getByRole('button', { name: 'Apply' }).last().click();
    await page.getByText('Stored changes apply at the next start.').waitFor();
    await page.getByRole('button', { name: 'System' }).click();
    await page.getByLabel('Memory', { exact: true }).fill('256');
    await page.getByText('The running machine keeps what it has').waitFor();
    await page.getByRole('button', { name: 'Apply' }).last().click();
    await page.getByText('At the next start: Memory 256 MiB (now 512 MiB)').waitFor();
    await page.getByRole('button', { name: 'System applies at the next start' }).waitFor();
    expect(stored(main)[0]?.needsRestart).toBe(true);
  });
  test('Devices shows the running board with its registers, and where virtio devices are is applied', async () => {
    const { page, main } = await open({ prepare: one });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('button', { name: 'Devices' }).click();
    await expect.poll(() => page.getByText('Start the machine to see its devices').count()).toBe(1);
    await page.getByLabel('Virtio devices').selectOption('pci');
    await page.getByLabel('Teaching device').check();
    await page.getByRole('button', { name: 'Apply' }).last().click();
    await expect.poll(() => stored(main)[0]?.definition).toMatchObject({ virtio: 'pci', devices: ['edu'] });
    void main.machines.service.start(main.machines.first());
    await page.getByRole('button', { name: /Serial port/ }).click();
    const registers = page.getByRole('region', { name: 'Registers of uart16550' });
    await expect.poll(() => registers.innerText()).toContain('0x60');
    expect(await registers.innerText()).toContain('not read: takes the byte');
    expect(await page.getByRole('button', { name: /PCI function/ }).innerText()).toContain('00:1e.0 · 1234:11e8');
  });
});

describeWith(['chromium'], 'the page for a new machine', () => {
  const open = windows();

  test('offers a template already booted where that can be had; the machine is suspended at its prompt', async () => {
    const { page, main } = await open({ prepare: one, booted: true });
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByText('npx viv create debian-riscv64 --template debian-riscv64 --booted').waitFor();
    await page.getByRole('button', { name: 'Create and edit' }).click();
    await page.locator('header').getByRole('button', { name: 'Resume' }).waitFor();
    expect(stored(main)[1]).toMatchObject({ definition: { name: 'debian-riscv64' }, suspended: true });
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByText('More settings').click();
    await page.getByRole('checkbox', { name: /Already booted/ }).uncheck();
    await page.getByText("npx viv create 'debian-riscv64 2' --template debian-riscv64").waitFor();
    expect(await page.getByText('--booted').count()).toBe(0);
  });
  test('makes one from a template, under a name that is free, and starts it', async () => {
    const { page, main } = await open({ prepare: one });
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByText('npx viv create debian-riscv64 --template debian-riscv64').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('debian');
    await page.getByText('There is already a machine with this name.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('second');
    await page.getByRole('button', { name: 'Create and start' }).click();
    await showsText(page, 'Welcome to Debian');
    await page.keyboard.type('uname -m\n');
    await showsText(page, '\nriscv64');
    expect(stored(main).map(({ definition, state }) => `${definition.name} ${state}`)).toEqual(['debian off', 'second running']);
  });
  test('refuses a kernel of another architecture and keeps the answers', async () => {
    const { page, main } = await open();
    await page.getByRole('button', { name: 'New machine' }).click();
    await page.getByText('Your own files').click();
    await page.getByRole('button', { name: 'Create and start' }).click();
    await page.getByText('Choose the kernel to boot.').waitFor();
    await page.getByLabel('Kernel', { exact: true }).fill('/boot/vmlinuz-6.12-amd64');
    await page.getByText('This is for another architecture.').waitFor();
    await page.getByLabel('Kernel', { exact: true }).fill('/elsewhere/Image');
    await page.getByRole('button', { name: 'Create and start' }).click();
    await page
      .getByText(/There is no file \/elsewhere\/Image/)
      .first()
      .waitFor();
    expect(stored(main)).toEqual([]);
    await page.getByLabel('Kernel', { exact: true }).fill('/boot/vmlinuz-6.12-riscv64');
    await page.getByText('A Linux kernel for riscv64, 21 MiB').waitFor();
    await page.getByRole('button', { name: 'Create and edit' }).click();
    await page.getByRole('heading', { name: 'vmlinuz-6.12-riscv64' }).waitFor();
    expect(stored(main)[0]?.definition.boot).toEqual({ kind: 'linux', kernel: '/boot/vmlinuz-6.12-riscv64', commandLine: 'console=ttyS0' });
  });
});
