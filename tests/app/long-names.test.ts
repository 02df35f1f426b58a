/** Names of full length without a space, in every view, wide and narrow: they break or end in an ellipsis. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { WEEK } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

const long = (start: string, length = 100) => start.padEnd(length, 'x');

function withLongNames({ machines, timeline }: FakeMain): void {
  const { id } = machines.add({
    ...machines.plain(long('machine-'), 'debian-riscv64'),
    note: long('note-', 300),
    boot: { kind: 'linux', kernel: long('/boot/'), commandLine: long('root=', 200) },
    disks: [
      { id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 30 },
      { path: long('/srv/', 200), readonly: true },
    ],
    ports: [{ name: long('port-', 60) }, { name: 'agent' }],
  });
  machines.add(machines.plain(long('another-')));
  void machines.service.start(id);
  timeline.diskLists.set(id, [
    { slot: 0, id: 'D1', sizeBytes: 2 ** 30, hostBytes: 0, problem: { code: 'base-missing', facts: { path: long('/srv/', 200) } } },
  ]);
  timeline.script(
    id,
    WEEK.map((one) => ({ ...one, name: long(`snapshot-before-the-big-upgrade-${one.id}`), note: long('note-', 300) })),
  );
}

/** What is wider than its place, but for what is meant to be scrolled sideways: commands, JSON, consoles, the drawing of time. */
const tooWide = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *')].flatMap((element) => {
      if (
        element.closest('.xterm, pre, code, .graph, .visually-hidden, [role="tooltip"], input, textarea, select') ||
        !element.checkVisibility()
      )
        return [];
      const { overflowX, textOverflow } = getComputedStyle(element);
      const cut = element.scrollWidth > element.clientWidth + 1 && overflowX !== 'visible' && textOverflow !== 'ellipsis';
      const out = element.getBoundingClientRect().right > innerWidth + 1 && element.closest('aside') === null;
      return cut || out ? [`${element.tagName} ${String(element.getAttribute('class'))} ${element.textContent?.slice(0, 40)}`] : [];
    }),
  );

describeWith(['chromium'], 'long names', () => {
  const open = windows();

  test.each([1280, 480])('break or end in an ellipsis in every view, %i wide', async (width) => {
    const { page } = await open({ prepare: withLongNames, width });
    const looked: Record<string, readonly string[]> = {};
    const look = async (name: string) => void (looked[name] = await tooWide(page));
    const tab = (name: RegExp) => page.getByRole('tab', { name }).first().click();
    const escape = () => page.keyboard.press('Escape');
    const more = async (name: RegExp) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name }).click();
    };
    await page.locator('.xterm-rows').waitFor();
    await look('console');
    await tab(/Timeline/);
    await page.getByText('You are here').waitFor();
    await look('now');
    await page.getByRole('listbox', { name: 'Timeline' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    await look('a snapshot');
    await page.keyboard.press('b');
    await page.getByRole('dialog').waitFor();
    await look('branching');
    await escape();
    await page.getByRole('button', { name: 'Table' }).click();
    await look('the table');
    await tab(/Hardware/);
    for (const name of ['General', 'System', 'Boot', 'Disks', 'Console ports']) {
      await page.getByRole('navigation').getByRole('button', { name }).click();
      await look(name);
    }
    await tab(/Overview/);
    await look('overview');
    for (const dialog of [/Stop/, /Export/, /ommand/]) {
      await more(dialog);
      await page.getByRole('dialog').last().waitFor();
      await look(String(dialog));
      await escape();
    }
    await page.keyboard.press('Control+k');
    await page.keyboard.type(long('nothing-'));
    await page.getByText('No command matches').waitFor();
    await look('the palette');
    expect(Object.fromEntries(Object.entries(looked).filter(([, found]) => found.length > 0))).toEqual({});
  });
});
