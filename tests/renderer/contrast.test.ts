/** Colours of text against what lies under them: AA of WCAG 2.2 (1.4.3), which is 4.5 to 1, in both themes; AAA, 7 to 1, with more contrast. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../renderer/styles/tokens.css', import.meta.url), 'utf8');

/** The colours declared in the block whose selector ends with `selector`. */
function colours(selector: string): ReadonlyMap<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`));
  return new Map(
    [...block.slice(0, block.indexOf('}')).matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name ?? '', value ?? '']),
  );
}
/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const PAIRS = [
  ['text-main', ['ground', 'side', 'raised', 'sunken', 'hover', 'selected', 'warn-ground', 'bad-ground']],
  ['text-muted', ['ground', 'side', 'raised', 'sunken', 'hover', 'selected']],
  ['accent', ['ground', 'raised']],
  ['on-accent', ['accent', 'accent-hover']],
  ['good', ['ground', 'side', 'selected', 'hover']],
  ['warn', ['ground', 'side', 'selected', 'hover', 'warn-ground', 'sunken']],
  ['bad', ['ground', 'side', 'raised', 'selected', 'hover', 'bad-ground']],
  ['busy', ['ground', 'side', 'raised', 'selected', 'hover']],
  ['on-bad', ['bad', 'bad-hover']],
] as const;

const MORE = `[data-contrast='more']`;

describe.each([
  ['light', `:root[data-theme='light']`, 4.5],
  ['dark', `:root[data-theme='dark']`, 4.5],
  ['light, high contrast', `${MORE}[data-theme='light']`, 7],
  ['dark, high contrast', `${MORE}[data-theme='dark']`, 7],
])('the theme %s', (name, selector, least) => {
  // High contrast changes some colours of its theme.
  const theme = new Map([...colours(`:root[data-theme='${name.split(',')[0]}']`), ...colours(selector)]);
  test.each(PAIRS.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s can be read on %s',
    (text, ground) => {
      expect(contrast(theme.get(text) as string, theme.get(ground) as string)).toBeGreaterThanOrEqual(least);
    },
  );
  test.each(['ground', 'side', 'raised'])('borders of fields and the focus can be seen on %s', (ground) => {
    for (const line of ['edge-strong', 'focus'])
      expect(contrast(theme.get(line) as string, theme.get(ground) as string)).toBeGreaterThanOrEqual(3);
  });
});
