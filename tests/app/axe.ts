/** Looks at a page with axe-core, in the light, the dark and both high-contrast themes: what is serious or critical. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
declare const axe: { run(context: unknown, options: unknown): Promise<{ violations: Finding[] }> };

const LOOKS = [
  { name: 'light', colorScheme: 'light', contrast: 'no-preference' },
  { name: 'dark', colorScheme: 'dark', contrast: 'no-preference' },
  { name: 'light, high contrast', colorScheme: 'light', contrast: 'more' },
  { name: 'dark, high contrast', colorScheme: 'dark', contrast: 'more' },
] as const;

/** What is wrong with the page as it is now: the rule, and the first element. A guest's own colours are the guest's. */
async function findings(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  const found = await page.evaluate(async (only) => {
    // Colours half-way are nobody's. The end is not waited for: one walk in some dozens never came to it.
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().endTime !== Infinity && animation.playbackRate !== 0) animation.finish();
    const options = { resultTypes: ['violations'], ...(only ? { runOnly: only } : {}) };
    const late = new Promise<never>((_, fail) => setTimeout(() => fail(new Error('axe did not end within a minute')), 60_000));
    return (await Promise.race([axe.run({ exclude: ['.xterm'] }, options), late])).violations;
  }, rules);
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, impact, nodes: [first] }) => `${impact} ${id}: ${first?.html.slice(0, 160)} ${first?.failureSummary.split('\n')[1]?.trim()}`,
    );
}
/** The same in every look. A theme changes nothing but colours, so the others are only asked about those. */
export async function findingsInAll(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const all: string[] = [];
  for (const { name, ...look } of LOOKS) {
    await page.emulateMedia(look);
    await page.locator(`html[data-theme="${look.colorScheme}"][data-contrast="${look.contrast === 'more' ? 'more' : 'normal'}"]`).waitFor();
    const found = await findings(page, name === 'light' ? undefined : ['color-contrast']);
    all.push(...found.map((text) => `${name}: ${text}`));
  }
  return all;
}

/** Looks at what is in front, again and again; what was found has the name it was looked at by. */
export function looking(page: Page) {
  const seen: Record<string, readonly string[]> = {};
  return {
    /** Where nothing was found there is no entry. */
    seen,
    check: async (name: string): Promise<void> => {
      const found = await findingsInAll(page);
      if (found.length > 0) seen[name] = found;
    },
  };
}
