/** A console whose guest prints without end: keys, and the memory of page and program. */
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { launchBrowser, visit } from '../browser.ts';
import { BOOT_MS, untilPrompt } from '../real-program.ts';
import { echoOf, watchEchoes, type Echo } from './echo.ts';
import { pageBytes } from './page.ts';
import { residentBytes, startProgram, viv } from './program.ts';
import type { Figure, FigureOptions } from './figure.ts';

const KEYS = 'ABCDEFGHIJKLMNOPQRSTUVWXZ';
/** Between two keys, in milliseconds. */
const PAUSE = 400;

const spread = (times: readonly number[]): string => {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN).toFixed(0);
  return `${at(0.5)} ms, 95 %: ${at(0.95)}, worst ${at(1)}`;
};

export async function flooded({ home, seconds, template }: FigureOptions, tell: (figure: Figure) => void): Promise<void> {
  const program = await startProgram(home);
  const browser = await launchBrowser();
  try {
    await viv(home, 'create', 'box', '--template', template);
    await viv(home, 'start', 'box');
    const { page } = await visit(browser, 'about:blank');
    page.setDefaultTimeout(BOOT_MS);
    await watchEchoes(page);
    await page.goto(program.address);
    await page.locator('.xterm-screen').click();
    await untilPrompt(page);
    const keys = async (count: number) => {
      const echoes: Echo[] = [];
      for (let index = 0; index < count; index++) {
        echoes.push(await echoOf(page, KEYS[index % KEYS.length] as string));
        await page.waitForTimeout(PAUSE);
      }
      return echoes;
    };
    const quiet = await keys(10);
    tell({ what: 'key to echo read, quiet console', is: spread(quiet.map(({ shown }) => shown)), wanted: 'under 50 ms' });
    await page.keyboard.press('Control+c');
    await page.keyboard.type('yes\n');
    await page.waitForTimeout(5000);
    const before = { page: await pageBytes(page), program: residentBytes(program.pid), come: await page.evaluate(() => window.bytesCome) };
    const began = performance.now();
    const echoes: Echo[] = [];
    while (performance.now() - began < seconds * 1000) echoes.push(...(await keys(5)));
    const took = (performance.now() - began) / 1000;
    const come = (await page.evaluate(() => window.bytesCome)) - before.come;
    tell({ what: `key to echo come, ${Math.round(took)} s of yes, ${echoes.length} keys`, is: spread(echoes.map(({ came }) => came)) });
    tell({ what: 'key to echo read by the terminal', is: spread(echoes.map(({ shown }) => shown)), wanted: 'under 50 ms' });
    tell({ what: 'output shown', is: `${formatBytes(come / took)}/s` });
    tell({ what: 'memory of the page', is: `${formatBytes(before.page)}, then ${formatBytes(await pageBytes(page))}`, wanted: 'the same' });
    const grown = residentBytes(program.pid);
    tell({ what: 'memory of the program', is: `${formatBytes(before.program)}, then ${formatBytes(grown)}`, wanted: 'the same' });
    const stop = performance.now();
    await page.keyboard.press('Control+c');
    await untilPrompt(page);
    tell({ what: 'Ctrl+C to the prompt', is: `${(performance.now() - stop).toFixed(0)} ms` });
  } finally {
    await browser.close();
    await program.close();
  }
}
