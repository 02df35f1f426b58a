/** The console in the window: history, clipboard, find, sizes, several ports, a guest without end, a lost connection. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { tmpdir } from 'node:os';
import { startFakeMain } from './fake-main.ts';
import { consoleText, showsText, typeLine } from './browser.ts';
import { windows, type FakeMain } from './window.ts';

const running = (main: FakeMain) => {
  const { machines } = main;
  const { id } = machines.add({ ...machines.plain('debian', 'debian-riscv64'), ports: [{ name: 'agent' }] });
  void machines.service.start(id);
};
/** The first click into a terminal gives it the focus. */
const focus = (page: Page) => page.locator('.xterm-screen').click();

describeWith(['chromium'], 'the console', () => {
  const open = windows();

  test('shows what was printed before, colours, and what is typed', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await focus(page);
    await typeLine(page, 'colours');
    await showsText(page, 'colour 7');
    const colours = await page
      .locator('.xterm-rows span', { hasText: /^colour [1-6]/ })
      .evaluateAll((spans) => spans.map((span) => getComputedStyle(span).color));
    expect(new Set(colours).size).toBe(6);
  });
  test('questions in the history are not answered again', async () => {
    const { page, main } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await focus(page);
    await typeLine(page, 'ask');
    // The first time it is the terminal's to answer: the guest echoes the report of the cursor's place.
    await showsText(page, '^[[');
    await page.keyboard.press('Control+c');
    const before = new TextDecoder().decode(main.machines.consoleService.history(main.machines.first(), 0) as Uint8Array);
    await page.reload();
    await showsText(page, '^[[');
    await focus(page);
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
    const after = new TextDecoder().decode(main.machines.consoleService.history(main.machines.first(), 0) as Uint8Array);
    expect(after.slice(before.length)).not.toContain('^[');
  });
  test('keeps its history after the machine stopped, dimmed, with the way to start it', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await focus(page);
    await typeLine(page, 'poweroff');
    await page.getByText('This machine is off.').waitFor();
    expect(await consoleText(page)).toContain('Welcome to Debian');
    await expect.poll(() => page.locator('.xterm-screen').evaluate((screen) => getComputedStyle(screen).opacity)).toBe('0.62');
    await page.getByRole('status').filter({ hasText: 'This machine is off' }).getByRole('button', { name: 'Start' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    // The new run has the focus without a click.
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
  });
  test('copies a selection, and pastes several lines after they were seen', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.evaluate(() => navigator.clipboard.writeText('uname -m\nuname -m\n'));
    await focus(page);
    await page.keyboard.press('Control+Shift+V');
    const dialog = page.getByRole('dialog', { name: 'Paste 2 lines?' });
    expect(await dialog.getByLabel('What is pasted').innerText()).toBe('uname -m\nuname -m');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.press('Control+Shift+V');
    await dialog.getByLabel('Speed').selectOption('20 lines a second');
    await dialog.getByRole('button', { name: 'Paste', exact: true }).click();
    await page.waitForFunction(() => document.querySelector<HTMLElement>('.xterm-rows')?.innerText.match(/\nriscv64/g)?.length === 2);
    const word = await page.locator('.xterm-rows span', { hasText: 'Welcome' }).first().boundingBox();
    await page.mouse.dblclick((word?.x ?? 0) + 12, (word?.y ?? 0) + 6);
    await page.keyboard.press('Control+Shift+C');
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('Welcome');
  });
  test('the right button copies a selection and pastes without one', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.evaluate(() => navigator.clipboard.writeText('uname -m\n'));
    await page.locator('.xterm-screen').click({ button: 'right' });
    await showsText(page, '\nriscv64');
  });
  test('a right click is the guest’s alone while it has asked for the mouse; Shift+right click pastes', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.evaluate(() => navigator.clipboard.writeText('uname -m\n'));
    await focus(page);
    await typeLine(page, 'mouse');
    await page.locator('.xterm-screen').click({ button: 'right', position: { x: 100, y: 100 } });
    await showsText(page, '^[[<2;');
    await page.keyboard.press('Control+c');
    expect(await consoleText(page)).not.toContain('uname');
    await page.locator('.xterm-screen').click({ button: 'right', modifiers: ['Shift'] });
    await showsText(page, '\nriscv64');
  });
  test('keys that the browser takes are sent from a menu, and closing the tab is asked about', async () => {
    const { page, main } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.getByRole('button', { name: 'Send a key to the guest' }).click();
    await page.getByRole('menuitem', { name: 'Ctrl+W', exact: true }).click();
    const history = () => new TextDecoder().decode(main.machines.consoleService.history(main.machines.first(), 0) as Uint8Array);
    await expect.poll(history).toContain('\x17');
    // The menu gave the focus back to the console.
    await page.keyboard.type('some words');
    await showsText(page, 'some words');
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await typeLine(page, ' more');
    await showsText(page, 'some words more');
  });
  test('finds in the scrollback, counts, goes on, and gives Ctrl+F to the guest at the second press', async () => {
    const { page, main } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await focus(page);
    await typeLine(page, 'lines');
    await showsText(page, 'line 60 of');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('of a long');
    const count = page.getByRole('search').getByRole('status');
    await expect.poll(() => count.innerText()).toBe('1 of 60');
    await page.keyboard.press('Enter');
    await expect.poll(() => count.innerText()).toBe('2 of 60');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Shift+Enter');
    await expect.poll(() => count.innerText()).toBe('60 of 60');
    await page.getByRole('searchbox').or(page.getByLabel('Find in this console')).first().fill('nothing like it');
    await expect.poll(() => count.innerText()).toBe('Not found');
    await page.keyboard.press('Control+f');
    await expect
      .poll(() => new TextDecoder().decode(main.machines.consoleService.history(main.machines.first(), 0) as Uint8Array))
      .toContain('\x06');
    expect(await page.getByRole('search').count()).toBe(0);
  });
  test('tells the guest its size, and again when the window changes', async () => {
    const { page, main } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await expect.poll(() => main.sizes.length).toBeGreaterThan(0);
    const [wide] = /\d+(?=x)/.exec(main.sizes.at(-1) ?? '') ?? [];
    await page.setViewportSize({ width: 760, height: 500 });
    await expect.poll(() => Number(/\d+(?=x)/.exec(main.sizes.at(-1) ?? '')?.[0])).toBeLessThan(Number(wide));
  });
  test('a shell on a serial line is told the size by a command', async () => {
    const { page, main } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    // The console's own face has other cells than the one it starts with, and what is typed is the size of the moment.
    await page.evaluate(async () => void (await document.fonts.ready));
    await page.getByRole('button', { name: 'Fit the shell to the window' }).click();
    await showsText(page, 'stty cols ');
    const told = () => (main.sizes.at(-1)?.match(/\d+/g) ?? []).slice(1);
    await expect.poll(async () => (await consoleText(page)).includes(`stty cols ${told().join(' rows ')}`)).toBe(true);
  });
  test('every port is a tab with its own terminal', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await page.getByRole('tab', { name: 'agent' }).click();
    expect(await consoleText(page)).not.toContain('Welcome');
    await page.getByRole('tab', { name: 'ttyS0' }).click();
    await showsText(page, 'Welcome to Debian');
  });
  test('a guest that prints without end leaves the window responsive and its memory bounded', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await focus(page);
    await typeLine(page, 'flood');
    await showsText(page, 'without end');
    await page.evaluate(() => {
      const seen = { frames: 0, longest: 0, last: performance.now() };
      Object.assign(window, { seen });
      const frame = () => {
        const now = performance.now();
        seen.longest = Math.max(seen.longest, now - seen.last);
        seen.last = now;
        seen.frames++;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByLabel('Name', { exact: true }).fill('still answering');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('still answering');
    await page.getByRole('button', { name: 'Revert' }).click();
    await page.getByRole('tab', { name: 'Console' }).click();
    const lineNow = async () => Number((await consoleText(page)).match(/line (\d+) without end/)?.[1]);
    const first = await lineNow();
    await expect.poll(lineNow, { timeout: 30_000 }).toBeGreaterThan(first + 20_000);
    // Frames went on being drawn all the while.
    expect(await page.evaluate(() => (window as unknown as { seen: { frames: number } }).seen.frames)).toBeGreaterThan(20);
    const heap = await page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
    expect(heap).toBeLessThan(200 * 1024 * 1024);
    await focus(page);
    await page.keyboard.press('Control+c');
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
  });
  test('a program that was started anew says that it does not know this page', async () => {
    const { page, main, complaints } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    const { port } = main.shell;
    await main.close();
    await page.getByText('Vivarium has quit.').waitFor();
    const next = await startFakeMain({ folder: tmpdir(), port });
    await page.getByText('Vivarium was restarted').waitFor();
    expect(await consoleText(page)).toContain('Welcome to Debian');
    await next.close();
    // Chromium reports the requests that were refused; nothing else may be there.
    expect(complaints.splice(0).filter((complaint) => !complaint.startsWith('Failed to load resource'))).toEqual([]);
  });
  test('what types at the guest is off while it is paused, and while the connection is lost', async () => {
    const { page, main, complaints } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    const typing = ['Fit the shell to the window', 'Send a key to the guest', 'Paste (Ctrl+Shift+V)'];
    const states = () => Promise.all(typing.map((name) => page.getByRole('button', { name, exact: true }).isEnabled()));
    expect(await states()).toEqual([true, true, true]);
    await page.locator('header').getByRole('button', { name: 'Pause' }).click();
    const bar = page.getByRole('status').filter({ hasText: 'This machine is paused' });
    await bar.waitFor();
    expect(await states()).toEqual([false, false, false]);
    // What is read can still be copied and searched.
    expect(await page.getByRole('button', { name: 'Find (Ctrl+F)', exact: true }).isEnabled()).toBe(true);
    await focus(page);
    await typeLine(page, 'colours');
    await bar.getByRole('button', { name: 'Resume' }).click();
    await bar.waitFor({ state: 'detached' });
    expect(await states()).toEqual([true, true, true]);
    await focus(page);
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
    expect(await consoleText(page)).not.toContain('colour');
    await page.context().setOffline(true);
    main.drop();
    await page.getByText('Not connected to Vivarium. Nothing you type here is sent or kept.').waitFor();
    expect(await states()).toEqual([false, false, false]);
    await page.context().setOffline(false);
    await expect.poll(states).toEqual([true, true, true]);
    complaints.splice(0);
  });
  test('a lost connection is said and comes back, with the console as it was', async () => {
    const { page, main, complaints } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await focus(page);
    await page.context().setOffline(true);
    main.drop();
    await page.getByText('Not connected to Vivarium. Nothing you type here is sent or kept.').waitFor();
    // Typed while nothing can carry it: it must not run later.
    await typeLine(page, 'colours');
    await page.context().setOffline(false);
    await page.getByText('Connection lost.').waitFor({ state: 'detached' });
    await page.getByText('Nothing you type here is sent').waitFor({ state: 'detached' });
    await typeLine(page, 'uname -m');
    await showsText(page, '\nriscv64');
    expect(await consoleText(page)).not.toContain('colour');
    // Chromium reports the requests that could not be made; nothing else may be there.
    expect(complaints.splice(0).filter((complaint) => !complaint.startsWith('Failed to load resource'))).toEqual([]);
    expect((await consoleText(page)).match(/Welcome to Debian/g)).toHaveLength(1);
  });
});
