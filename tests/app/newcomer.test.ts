/**
 * Somebody who has never seen the program, over the real one: from nothing to `uname -a` in two clicks at most, and in five more
 * a snapshot, a changed file, and the file as it was.
 */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { showsText, typeLine } from './browser.ts';
import { BOOT_MS, programs, untilPrompt } from './real-program.ts';

describeWith(['chromium', 'apt'], 'a newcomer', () => {
  const open = programs();

  test('is at a shell in two clicks, and back at an old file in five more', async () => {
    const { page, complaints } = await open();
    let clicks = 0;
    const click = async (name: string | RegExp) => {
      clicks++;
      await page.getByRole('button', { name }).first().click();
    };
    await click('Boot Debian Linux now');
    await untilPrompt(page);
    await typeLine(page, 'uname -a');
    await showsText(page, 'riscv64 GNU/Linux');
    expect(clicks).toBeLessThanOrEqual(2);

    clicks = 0;
    await typeLine(page, 'echo old > note; cat note');
    await showsText(page, '\nold');
    await click(/^Snapshot$/);
    await page.getByPlaceholder('Optional').fill('before');
    await page.keyboard.press('Enter');
    await page.getByText('Snapshot “before” was taken.').waitFor({ timeout: BOOT_MS });
    await page.locator('.xterm').focus();
    await page.keyboard.press('Control+l');
    await page.evaluate(() => document.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus());
    await typeLine(page, 'echo changed > note; cat note');
    await showsText(page, '\nchanged');
    // The message leads to it on the timeline.
    await click('Show');
    await click('Restore');
    await page.getByText(/^Restored to “before”/).waitFor({ timeout: BOOT_MS });
    clicks++;
    await page.getByRole('tab', { name: 'Console' }).click();
    await page.evaluate(() => document.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus());
    await typeLine(page, 'echo it is $(cat note)');
    await showsText(page, '\nit is old');
    expect(clicks).toBeLessThanOrEqual(5);
    expect(complaints).toEqual([]);
  });
});
