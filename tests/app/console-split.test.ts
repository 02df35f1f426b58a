/** Consoles side by side: another machine's or another port's, resized by keys and mouse, remembered; and drawn with WebGL. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { showsText } from './browser.ts';
import { windows, type FakeMain } from './window.ts';

const running = ({ machines }: FakeMain) => {
  for (const name of ['alpha', 'beta']) void machines.service.start(machines.add(machines.plain(name, 'debian-riscv64')).id);
};
const choose = async (page: Page, item: string) => {
  await page.getByRole('button', { name: 'More about this console' }).click();
  await page.getByRole('menuitem', { name: item }).click();
};

describeWith(['chromium'], 'two consoles', () => {
  const open = windows();

  test('stand side by side or one below the other, take keys each, are resized and remembered', async () => {
    const { page } = await open({ prepare: running });
    await showsText(page, 'Welcome to Debian');
    await choose(page, 'Another console at the right');
    const screens = page.locator('.xterm-screen');
    await expect.poll(() => screens.count(), { timeout: 60_000 }).toBe(2);
    const rows = page.locator('.xterm-rows');
    await expect.poll(() => rows.nth(1).innerText(), { timeout: 60_000 }).toContain('Welcome to Debian');
    await screens.nth(1).click();
    await page.keyboard.type('in the second');
    await expect.poll(() => rows.nth(1).innerText(), { timeout: 60_000 }).toContain('in the second');
    expect(await rows.nth(0).innerText()).not.toContain('in the second');
    const separator = page.getByRole('separator', { name: 'Width of the first console' });
    expect(await separator.getAttribute('aria-orientation')).toBe('vertical');
    await separator.focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => separator.getAttribute('aria-valuenow')).toBe('45');
    const box = await separator.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 3, (box?.y ?? 0) + 100);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 153, (box?.y ?? 0) + 100);
    await page.mouse.up();
    await expect.poll(async () => Number(await separator.getAttribute('aria-valuenow'))).toBeGreaterThan(50);
    const share = await separator.getAttribute('aria-valuenow');
    await page.reload();
    await expect.poll(() => screens.count(), { timeout: 60_000 }).toBe(2);
    expect(await separator.getAttribute('aria-valuenow')).toBe(share);
    await choose(page, 'Another console below');
    await expect.poll(() => separator.getAttribute('aria-orientation')).toBe('horizontal');
    await page.getByRole('button', { name: 'Close the second console' }).click();
    await expect.poll(() => screens.count()).toBe(1);
  });

  test('WebGL draws where there is a graphics card, and the page’s elements when it goes', async () => {
    const { page } = await open({ prepare: running });
    // This browser's card is software, which is left alone; here it says that it is none.
    await page.addInitScript(() => {
      const { getParameter } = WebGL2RenderingContext.prototype;
      WebGL2RenderingContext.prototype.getParameter = function (name: number) {
        const value = getParameter.call(this, name) as unknown;
        return typeof value === 'string' && /swiftshader/i.test(value) ? 'A graphics card' : value;
      };
    });
    await page.reload();
    const canvases = page.locator('.xterm-screen canvas');
    await expect.poll(() => canvases.count(), { timeout: 60_000 }).toBeGreaterThan(0);
    await expect.poll(() => page.locator('.xterm-rows').count(), { timeout: 60_000 }).toBe(0);
    const lost = await page.evaluate(() => {
      const drawn = [...document.querySelectorAll<HTMLCanvasElement>('.xterm-screen canvas')].filter((canvas) =>
        canvas.getContext('webgl2'),
      );
      drawn.forEach((canvas) => canvas.dispatchEvent(new Event('webglcontextlost', { cancelable: true })));
      return drawn.length;
    });
    expect(lost).toBe(1);
    await showsText(page, 'Welcome to Debian');
  });
});
