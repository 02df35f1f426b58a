/** What is measured within a page of the window. */
import type { Browser, Page } from 'playwright-core';

export interface FrameTimes {
  readonly frames: number;
  readonly median: number;
  /** Of hundred frames, five take longer. */
  readonly p95: number;
  readonly worst: number;
}

/** Scrolls what a selector names from its start, a step a frame, and tells how long each frame took, in milliseconds. */
export async function scroll(page: Page, selector: string, { frames = 240, step = 60 } = {}): Promise<FrameTimes> {
  const times = await page.evaluate(
    async ([wanted, count, by]) => {
      const box = document.querySelector<HTMLElement>(wanted);
      if (!box) throw new Error(`nothing is ${wanted}`);
      box.scrollTop = 0;
      const frame = () => new Promise<number>(requestAnimationFrame);
      await frame();
      let before = await frame();
      const all: number[] = [];
      let direction = 1;
      for (let index = 0; index < count; index++) {
        if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) direction = -1;
        if (box.scrollTop <= 0) direction = 1;
        box.scrollTop += direction * by;
        const now = await frame();
        all.push(now - before);
        before = now;
      }
      return all;
    },
    [selector, frames, step] as const,
  );
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number;
  return { frames: times.length, median: at(0.5), p95: at(0.95), worst: at(1) };
}

/** Presses a button and tells after how many milliseconds another one can be seen. */
export function answerTime(page: Page, pressed: string, then: string): Promise<number> {
  return page.evaluate(
    async ([button, wanted]) => {
      const find = (name: string) => document.querySelector<HTMLElement>(name);
      const element = find(button);
      if (!element) throw new Error(`nothing is ${button}`);
      const before = performance.now();
      element.click();
      while (!find(wanted)) await new Promise(requestAnimationFrame);
      return performance.now() - before;
    },
    [pressed, then] as const,
  );
}

/** Processor time of all pages of a browser so far, in seconds. */
export async function pageSeconds(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  } finally {
    await session.detach();
  }
}

/** Bytes of the page's objects, after what nobody has any more is gone. */
export async function pageBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  } finally {
    await session.detach();
  }
}
