/** What the page loads before a console opens. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { launchBrowser, visit } from '../browser.ts';
import { startProgram } from './program.ts';
import type { Figure, FigureOptions } from './figure.ts';

export async function windowSize({ home }: FigureOptions, tell: (figure: Figure) => void): Promise<void> {
  const program = await startProgram(home);
  const browser = await launchBrowser();
  try {
    const { page } = await visit(browser, program.address);
    await page.getByRole('button', { name: 'New machine' }).first().waitFor();
    await page.waitForLoadState('networkidle');
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
    const sizes = loaded
      .filter((path) => path.startsWith('/assets/'))
      .map((path) => {
        const bytes = readFileSync(new URL(`../../../dist/renderer${path}`, import.meta.url));
        // Fonts are compressed by themselves.
        return path.endsWith('.woff2') ? { font: bytes.length } : { text: gzipSync(bytes).length };
      });
    const sum = (kind: 'font' | 'text') =>
      sizes.reduce((all, size) => all + ((size as Partial<Record<typeof kind, number>>)[kind] ?? 0), 0);
    tell({
      what: 'scripts and styles before a console opens',
      is: `${(sum('text') / 1000).toFixed(0)} kB compressed`,
      wanted: 'under 500 kB',
    });
    tell({ what: 'fonts', is: `${(sum('font') / 1000).toFixed(0)} kB` });
  } finally {
    await browser.close();
    await program.close();
  }
}
