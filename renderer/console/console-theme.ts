/** The console's colours: sixteen that stay readable on its dark ground, and the marks of the find bar. */
import type { ITheme } from '@xterm/xterm';
import type { ISearchOptions } from '@xterm/addon-search';

export const CONSOLE_THEME: ITheme = {
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

/** Without decorations the search addon reports no counts. */
export const FIND_MARKS: ISearchOptions = {
  decorations: {
    matchBackground: '#5c4a17',
    matchBorder: '#8a6f22',
    matchOverviewRuler: '#dcb45c',
    activeMatchBackground: '#a9781b',
    activeMatchBorder: '#f2cf80',
    activeMatchColorOverviewRuler: '#f2cf80',
  },
};
