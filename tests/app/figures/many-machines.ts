/** The start of the program, and five hundred machines of which twenty run and wait. */
import { setTimeout as sleep } from 'node:timers/promises';
import { launchBrowser, visit } from '../browser.ts';
import { answerTime, pageSeconds, scroll, type FrameTimes } from './page.ts';
import { fillLibrary, processorSeconds, startMachines, startProgram } from './program.ts';
import type { Figure, FigureOptions } from './figure.ts';

const MACHINES = 500;
const RUNNING = 20;
/** Figures come once a second, what a start leaves to be done takes a while. */
const SETTLE_MS = 10_000;
const IDLE_MS = 20_000;

const spread = ({ median, p95, worst }: FrameTimes): string =>
  `${median.toFixed(1)} ms, 95 %: ${p95.toFixed(1)}, worst ${worst.toFixed(0)}`;
const frame = 'at 60 frames a second, 16.7 ms';

export async function manyMachines({ home }: FigureOptions, tell: (figure: Figure) => void): Promise<void> {
  const names = await fillLibrary(home, MACHINES);
  // Once for what is built and cached.
  await (await startProgram(home)).close();
  const browser = await launchBrowser();
  const program = await startProgram(home);
  try {
    const before = performance.now();
    const { page } = await visit(browser, program.address);
    await page.getByRole('option', { name: 'machine 010' }).first().waitFor();
    const shown = performance.now() - before;
    const whole = program.startedIn + shown;
    tell({
      what: `start to an interactive list of ${MACHINES}`,
      is: `${whole.toFixed(0)} ms (${program.startedIn.toFixed(0)} + ${shown.toFixed(0)})`,
      wanted: 'under 1200 ms',
    });
    await startMachines(home, names.slice(0, RUNNING));
    await sleep(SETTLE_MS);
    tell({ what: 'frames, list scrolled', is: spread(await scroll(page, '[data-pane="list"]')), wanted: frame });
    tell({ what: 'frames, overview scrolled', is: spread(await scroll(page, 'main.page')), wanted: frame });
    await page.evaluate(() => document.querySelector('main.page')?.scrollTo(0, 0));
    const named = (verb: string) => `button[aria-label="${verb} ${names[0]}"]`;
    tell({
      what: 'pause, until it is said',
      is: `${(await answerTime(page, named('Pause'), named('Resume'))).toFixed(0)} ms`,
      wanted: 'under 100 ms',
    });
    tell({
      what: 'resume, until it is said',
      is: `${(await answerTime(page, named('Resume'), named('Pause'))).toFixed(0)} ms`,
      wanted: 'under 100 ms',
    });
    await sleep(SETTLE_MS);
    const used = { page: await pageSeconds(browser), program: processorSeconds(program.pid) };
    await sleep(IDLE_MS);
    const percent = (now: number, then: number) => `${(((now - then) / IDLE_MS) * 100_000).toFixed(1)} % of a core`;
    tell({ what: 'idle: the page, overview in front', is: percent(await pageSeconds(browser), used.page), wanted: 'under 2 %' });
    tell({
      what: `idle: the program with ${RUNNING} machines`,
      is: percent(processorSeconds(program.pid), used.program),
      wanted: 'under 5 %',
    });
  } finally {
    await browser.close();
    await program.close();
  }
}
