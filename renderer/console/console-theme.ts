/** The console's colours: sixteen that stay readable on its ground, dark or light, and the marks of the find bar. */
import type { ITheme } from '@xterm/xterm';
import type { ISearchOptions } from '@xterm/addon-search';

const DARK: ITheme = {
  background: '#121716',
  foreground: '#d5ddd9',
  cursor: '#57c5a3',
  cursorAccent: '#121716',
  selectionBackground: '#2f5a4d',
  selectionInactiveBackground: '#2a3f38',
  black: '#2a3331',
  red: '#ef7d73',
  green: '#6fca8f',
  yellow: '#dcb45c',
  blue: '#6fa8e5',
  magenta: '#c792d8',
  cyan: '#5fc4c9',
  white: '#d5ddd9',
  brightBlack: '#7c8a84',
  brightRed: '#ff9f96',
  brightGreen: '#93e2ad',
  brightYellow: '#f2cf80',
  brightBlue: '#97c4f5',
  brightMagenta: '#dfb3ec',
  brightCyan: '#8adfe3',
  brightWhite: '#ffffff',
};

const LIGHT: ITheme = {
  background: '#fbfcfb',
  foreground: '#1c2522',
  cursor: '#17705a',
  cursorAccent: '#fbfcfb',
  selectionBackground: '#bfe0d3',
  selectionInactiveBackground: '#dde9e4',
  black: '#1c2522',
  red: '#b3261e',
  green: '#1d6f3f',
  yellow: '#7d5600',
  blue: '#1f5fa8',
  magenta: '#863a9c',
  cyan: '#0f6a70',
  white: '#5c6964',
  brightBlack: '#6b7772',
  brightRed: '#c63a31',
  brightGreen: '#2a7f4d',
  brightYellow: '#8f6508',
  brightBlue: '#2f70bd',
  brightMagenta: '#974bae',
  brightCyan: '#1c7a80',
  brightWhite: '#3a4541',
};

/** What holds on the page now (composables/theme.ts). */
const isLight = (): boolean => document.documentElement.dataset['console'] === 'light';
export const consoleTheme = (): ITheme => (isLight() ? LIGHT : DARK);

/** Calls back whenever the consoles' ground changes. */
export function onConsoleTheme(changed: () => void): void {
  new MutationObserver(changed).observe(document.documentElement, { attributes: true, attributeFilter: ['data-console'] });
}

/** Without decorations the search addon reports no counts. */
export const findMarks = (): ISearchOptions => ({
  decorations: isLight()
    ? {
        matchBackground: '#f6e3b4',
        matchBorder: '#c79a35',
        matchOverviewRuler: '#c79a35',
        activeMatchBackground: '#eebf55',
        activeMatchBorder: '#7d5600',
        activeMatchColorOverviewRuler: '#7d5600',
      }
    : {
        matchBackground: '#5c4a17',
        matchBorder: '#8a6f22',
        matchOverviewRuler: '#dcb45c',
        activeMatchBackground: '#a9781b',
        activeMatchBorder: '#f2cf80',
        activeMatchColorOverviewRuler: '#f2cf80',
      },
});
