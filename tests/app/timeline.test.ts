/** The timeline in the window: what is selected is seen, what is done can be undone, by pointer and by keys alone. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import { describeWith } from '../kit/tools.ts';
import { WEEK, type Scripted } from './fake-timeline.ts';
import { windows, type FakeMain } from './window.ts';

const withSnapshots =
  (scripted: readonly Scripted[], disks = false) =>
  (main: FakeMain) => {
    const { id } = main.machines.add({
      ...main.machines.plain('debian', 'debian-riscv64'),
      disks: disks ? [{ id: 'D1', readonly: false, writes: 'overlay', sizeBytes: 2 ** 30 }] : [],
    });
    if (disks) main.timeline.diskLists.set(id, [{ slot: 0, id: 'D1', sizeBytes: 2 ** 30, hostBytes: 5 * 2 ** 20 }]);
    void main.machines.service.start(id);
    main.timeline.script(id, scripted);
  };
const week = withSnapshots(WEEK);
const graph = (page: Page) => page.getByRole('listbox', { name: 'Timeline' });
/** The text that says which place is selected. */
const selected = (page: Page) => graph(page).getByRole('option', { selected: true }).getAttribute('aria-label');
async function timeline(page: Page) {
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await graph(page).focus();
}
const press = async (page: Page, ...keys: readonly string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const first = (main: FakeMain): MachineId => main.machines.first();

describeWith(['chromium'], 'the timeline', () => {
  const open = windows();

  test('arrow keys go through time and branches, and the screen follows', async () => {
    const { page } = await open({ prepare: week });
    await timeline(page);
    expect(await selected(page)).toBe('Current state: you are here');
    await press(page, 'ArrowLeft');
    expect(await selected(page)).toMatch(/^Works, Snapshot, 2 minutes ago, Up 23:23/);
    await page.getByRole('img', { name: 'Console of Works' }).waitFor();
    await press(page, 'Home', 'ArrowRight');
    expect(await selected(page)).toMatch(/^Tools installed.*pinned$/);
    await press(page, 'ArrowRight', 'ArrowDown');
    expect(await selected(page)).toMatch(/^Upgrade went wrong/);
    await press(page, 'End');
    await page.getByRole('heading', { name: 'Now' }).waitFor();
  });
  test('Enter restores, the present is kept, and Go back leads back to it', async () => {
    const { page, main } = await open({ prepare: week });
    await timeline(page);
    await press(page, 'Home', 'ArrowRight', 'ArrowRight', 'Enter');
    await page.getByText('Restored to “Before the upgrade”. The current state was kept as “Kept before').waitFor();
    expect(await selected(page)).toBe('Current state: you are here');
    expect(main.timeline.presentOf(first(main)).parent).toBe('S03');
    await page.getByRole('button', { name: 'Go back' }).click();
    await expect.poll(() => main.timeline.restored).toEqual(['S03', 'N1']);
    await page.getByText('Restored to “Kept before “Before the upgrade””').waitFor();
  });
  test('F2 renames in place, P pins, the note is kept when one leaves it', async () => {
    const { page, main } = await open({ prepare: week });
    await timeline(page);
    await press(page, 'ArrowLeft', 'F2');
    await page.getByLabel('Snapshot name').fill('It works');
    await press(page, 'Enter');
    await page.getByRole('heading', { name: 'It works' }).waitFor();
    await graph(page).focus();
    await press(page, 'p');
    await page.getByRole('button', { name: 'Pinned' }).waitFor();
    await page.getByLabel('Note').fill('keep this one');
    await page.getByRole('button', { name: 'Earlier' }).click();
    await expect
      .poll(() => main.timeline.snapshotsOf(first(main)).find(({ id }) => id === 'S09'))
      .toMatchObject({ name: 'It works', pinned: true, note: 'keep this one' });
  });
  test('Delete deletes, its children stay, Undo brings it back; a protected one stays', async () => {
    const { page, main } = await open({ prepare: week });
    await timeline(page);
    await press(page, 'Home', 'ArrowRight', 'Delete');
    await page.getByText('“Tools installed” was deleted. Later snapshots are not affected.').waitFor();
    expect(await selected(page)).toMatch(/^Booted/);
    await press(page, 'ArrowRight');
    expect(await selected(page)).toMatch(/^Before the upgrade/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(() =>
        graph(page)
          .getByRole('option', { name: /^Tools installed/ })
          .count(),
      )
      .toBe(1);
    await graph(page).focus();
    await press(page, 'Delete');
    await page.getByText('“Before the upgrade” is protected.').waitFor();
    expect(main.timeline.snapshotsOf(first(main))).toHaveLength(WEEK.length);
  });
  test('a restore that changes the hardware says so first', async () => {
    const { page, main } = await open({ prepare: week });
    main.timeline.hardware.set('S03' as SnapshotId, [
      { what: 'memory', before: '256 MiB', after: '128 MiB' },
      { what: 'disk 1', before: null, after: 'in the library, 64 MiB, writes kept' },
    ]);
    await timeline(page);
    await press(page, 'Home', 'ArrowRight', 'ArrowRight', 'Enter');
    const question = page.getByRole('dialog', { name: 'Restore “Before the upgrade”?' });
    await question.getByText('memory: 256 MiB → 128 MiB').waitFor();
    expect(await question.getByRole('listitem').allTextContents()).toEqual([
      'memory: 256 MiB → 128 MiB',
      'disk 1: added (in the library, 64 MiB, writes kept)',
    ]);
    await press(page, 'Escape');
    await question.waitFor({ state: 'detached' });
    expect(main.timeline.restored).toEqual([]);
    await graph(page).focus();
    await press(page, 'Enter');
    await question.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('Restored to “Before the upgrade”').waitFor();
    expect(main.timeline.restored).toEqual(['S03']);
  });
  test('the pointer: a card on hover, a click selects, dragging the strip scrubs and does not restore', async () => {
    const { page, main } = await open({ prepare: week });
    await timeline(page);
    const place = async (name: string) => {
      const box = await page.locator('.board .name', { hasText: name }).first().boundingBox();
      return { x: (box?.x ?? 0) + 8, y: (box?.y ?? 0) + 32 };
    };
    const at = await place('Before the upgrade');
    await page.mouse.move(at.x, at.y);
    const card = page.getByRole('tooltip');
    await card.waitFor();
    expect(await card.innerText()).toMatch(/Before the upgrade\s+2 days ago[\s\S]*own/);
    await page.mouse.down();
    await page.mouse.up();
    expect(await selected(page)).toMatch(/^Before the upgrade/);
    const strip = await page.locator('.board .strip').boundingBox();
    const y = (strip?.y ?? 0) + 10;
    await page.mouse.move(at.x, y);
    await page.mouse.down();
    const seen = new Set<string | null>();
    for (let step = 1; step <= 20; step++) {
      await page.mouse.move(at.x + ((strip?.x ?? 0) + (strip?.width ?? 0) - at.x) * (step / 20), y);
      seen.add(await selected(page));
    }
    await page.mouse.up();
    expect(await selected(page)).toBe('Current state: you are here');
    expect(seen.size).toBeGreaterThan(5);
    expect(main.timeline.restored).toEqual([]);
  });
  test('compares with now, with another one chosen by Ctrl and click, and Esc leads back', async () => {
    const { page } = await open({ prepare: week });
    await timeline(page);
    await press(page, 'ArrowLeft', 'd');
    const compare = page.getByRole('region', { name: 'Compare' });
    await compare.getByRole('tab', { name: 'Memory' }).click();
    await compare.getByText('1,204 of 131,072 pages changed, 4.7 MiB').first().waitFor();
    await press(page, 'Escape');
    const other = await page.locator('.board .name', { hasText: 'Suspended' }).first().boundingBox();
    await page.mouse.click((other?.x ?? 0) + 8, (other?.y ?? 0) + 32, {});
    await page.keyboard.down('Control');
    const works = await page.locator('.board .name', { hasText: 'Works' }).first().boundingBox();
    await page.mouse.click((works?.x ?? 0) + 8, (works?.y ?? 0) + 32);
    await page.keyboard.up('Control');
    await expect.poll(() => page.url()).toContain('/timeline/compare/S06/S09');
  });
  test('branches into a new machine, which is shown', async () => {
    const { page, main } = await open({ prepare: week });
    await timeline(page);
    await press(page, 'ArrowLeft', 'b');
    const dialog = page.getByRole('dialog', { name: 'Branch into a new machine' });
    await dialog.getByLabel('Name').fill('debian');
    await dialog.getByText('There is already a machine with this name.').waitFor();
    await dialog.getByLabel('Name').fill('other way');
    await press(page, 'Enter');
    await page.getByRole('heading', { name: 'other way' }).waitFor();
    expect(main.machines.service.list()).toMatchObject([{}, { definition: { name: 'other way' }, state: 'running' }]);
  });
  test('snapshots are taken from everywhere: the header with a name, N, and Ctrl+Shift+S in a console', async () => {
    const { page, main } = await open({ prepare: withSnapshots([]) });
    const names = () => main.timeline.snapshotsOf(first(main)).map(({ name }) => name);
    await page.locator('.xterm-screen').click();
    await press(page, 'Control+Shift+S');
    await page.getByText('Snapshot “Snapshot 1” was taken.').waitFor();
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('heading', { name: 'Snapshot 1' }).waitFor();
    await page.locator('header').getByRole('button', { name: 'Snapshot' }).click();
    await page.getByLabel('Name', { exact: true }).fill('by name');
    await press(page, 'Enter');
    await page.getByText('Snapshot “by name” was taken.').waitFor();
    // What is looked at stays in front.
    await page.getByRole('heading', { name: 'Snapshot 1' }).waitFor();
    await graph(page).focus();
    await press(page, 'n');
    await expect.poll(names).toEqual(['Snapshot 1', 'by name', 'Snapshot 3']);
  });
  test('an empty timeline explains itself and turns on checkpoints', async () => {
    const { page, main } = await open({ prepare: withSnapshots([]) });
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByText('Go back to any snapshot').waitFor();
    await page.getByRole('button', { name: 'Take one every minute' }).click();
    await page.getByRole('button', { name: 'Checkpoints: Every minute' }).click();
    const setting = () => main.machines.service.get(first(main));
    await expect.poll(setting).toMatchObject({ definition: { checkpoints: { everySeconds: 60 } } });
    await page.getByLabel('Every 10 seconds').check();
    await expect.poll(setting).toMatchObject({ definition: { checkpoints: { everySeconds: 10 } } });
    await page.getByRole('button', { name: 'Take a snapshot' }).last().click();
    await page.getByRole('listbox', { name: 'Timeline' }).waitFor();
  });
  test('as a table: sorted, several deleted at once', async () => {
    const { page, main } = await open({ prepare: week });
    await timeline(page);
    await page.getByRole('button', { name: 'Table' }).click();
    const names = () => page.locator('tbody td.name').allInnerTexts();
    expect((await names())[0]).toContain('Works');
    await page.getByRole('button', { name: 'Own' }).click();
    expect((await names())[0]).toContain('Booted');
    await page.getByLabel('Choose Booted', { exact: true }).check();
    await page.getByLabel('Choose Before the upgrade', { exact: true }).check();
    await page.getByText('2 selected').waitFor();
    await page.getByRole('status').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('1 of them is protected and stays.').waitFor();
    await expect.poll(() => main.timeline.snapshotsOf(first(main)).length).toBe(WEEK.length - 1);
  });
  test('two thousand snapshots are drawn at once, and looking through them draws none of them again', async () => {
    const many = Array.from({ length: 2000 }, (_, at): Scripted => ({
      id: `K${at}`,
      ...(at > 0 ? { parent: `K${at % 60 === 30 ? at - 20 : at - 1}` } : {}),
      kind: at % 25 ? 'automatic' : 'manual',
      agoMs: (2000 - at) * 10_000,
    }));
    const { page } = await open({ prepare: withSnapshots(many) });
    await timeline(page);
    expect(await graph(page).getByRole('option', { selected: true }).getAttribute('aria-setsize')).toBe('2001');
    const wide = await page.locator('.graph').evaluate((box) => box.scrollWidth > box.clientWidth * 2);
    expect(wide).toBe(true);
    await page.getByRole('button', { name: 'Fit' }).click();
    await expect.poll(() => page.locator('.graph').evaluate((box) => box.scrollWidth <= box.clientWidth + 1)).toBe(true);
    // The signs and lines of all places, which are in one drawing.
    await page.locator('.board > svg').evaluateAll((drawings) => {
      const counts = globalThis as unknown as { changes: number };
      counts.changes = 0;
      const places = drawings.find((drawing) => drawing.querySelector('.lines')) as Element;
      const observer = new MutationObserver((records) => (counts.changes += records.length));
      observer.observe(places, { subtree: true, childList: true, attributes: true });
    });
    const seek = page.getByRole('slider', { name: 'Place in time' });
    const { x, y, width, height } = (await seek.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(x + width - 2, y + height / 2);
    await page.mouse.down();
    for (let step = 0; step < 40; step++) await page.mouse.move(x + width - 2 - (step * width) / 50, y + height / 2);
    await page.mouse.up();
    await expect.poll(() => selected(page)).not.toContain('Current state');
    // One drawing anew is for the time that goes on; each step would be forty.
    expect(await page.evaluate(() => (globalThis as unknown as { changes: number }).changes)).toBeLessThan(40);
    expect(await page.locator('.board > svg *').count()).toBeLessThan(500);
    await expect.poll(() => page.url()).toMatch(/timeline\/K\d+$/);
  });
  test('in a narrow window everything is reached and nothing is cut off', async () => {
    const { page } = await open({ prepare: week, width: 480 });
    await timeline(page);
    await press(page, 'ArrowLeft');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(480);
    const lower = page.locator('.lower');
    expect(await lower.evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
    await page.getByRole('button', { name: 'Restore' }).scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(480);
  });
  test('a suspended machine says so and is resumed', async () => {
    const { page } = await open({ prepare: week });
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Suspend' }).click();
    await expect.poll(() => page.getByRole('option', { selected: true }).first().innerText()).toContain('Suspended');
    await page.locator('header').getByRole('button', { name: 'Resume' }).click();
    await page.locator('header').getByRole('button', { name: 'Pause' }).waitFor();
  });
});

describeWith(['chromium'], 'disks in the hardware form', () => {
  const open = windows();

  test('are added empty, grown, compacted, exported and taken from an image', async () => {
    const { page, main } = await open({ prepare: withSnapshots([], true) });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('button', { name: 'Disks' }).click();
    await page.getByText('5 MiB on this computer').waitFor();
    await page.getByRole('button', { name: 'New empty disk' }).click();
    const added = page.getByRole('group', { name: 'Disk 2' });
    await added.getByLabel('Size', { exact: true }).fill('1.5');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect
      .poll(() => main.machines.service.get(first(main)))
      .toMatchObject({ definition: { disks: [{ id: 'D1' }, { writes: 'overlay', sizeBytes: 1.5 * 2 ** 30 }] } });
    const choose = async (item: RegExp) => {
      await page.getByRole('button', { name: 'More about disk 1' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await choose(/Enlarge/);
    await page.getByText('The machine must be off.').waitFor();
    await press(page, 'Escape');
    await choose(/Compact/);
    await choose(/Export/);
    await page.getByLabel('File', { exact: true }).fill('/tmp/out.qcow2');
    await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
    await expect.poll(() => main.timeline.diskCalls).toEqual(['compact 0', 'export 0 /tmp/out.qcow2 qcow2']);
    // It was written all the same, and what is not as it should be is said.
    await page.getByText('The disk was written to /tmp/out.qcow2: the image is as after a power failure').waitFor();
    await page.getByRole('button', { name: 'Tasks' }).click();
    await page.getByText('Done, with a warning').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'From an image…' }).click();
    await page.getByLabel('Image', { exact: true }).fill('/boot/initrd.img');
    await page.getByLabel('Copy it into the library').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await expect.poll(() => main.timeline.diskCalls.at(-1)).toBe('import /boot/initrd.img copy');
  });

  test('one that is removed names the snapshots that still hold it', async () => {
    const { page, main } = await open({
      prepare(fake) {
        withSnapshots([], true)(fake);
        fake.timeline.diskHolders.set('D1', [{ snapshot: 'S1' as SnapshotId, name: 'before the upgrade', hostBytes: 12_288 }]);
      },
    });
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page.getByRole('button', { name: 'Disks' }).click();
    await page.getByRole('button', { name: 'Remove disk 1' }).click();
    const said = page.getByText('is removed when you apply');
    await expect.poll(() => said.innerText()).toContain('Its content stays in “before the upgrade” (12 KiB).');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => main.machines.service.get(first(main))).toMatchObject({ definition: { disks: [] } });
    await expect.poll(() => said.count()).toBe(0);
  });
});
