/** What the desktop's menus and tray say. The window tells it in its own language; until then it is English. */

/** `&`: the letter after it opens the menu. `{count}`: a number. */
export const SHELL_WORDS = {
  file: '&File',
  edit: '&Edit',
  machine: '&Machine',
  view: '&View',
  window: '&Window',
  help: '&Help',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select All',
  fullScreen: 'Full Screen',
  minimize: 'Minimize',
  quit: 'Quit',
  open: 'Open Vivarium',
  nothingRuns: 'No machine is running',
  starting: 'starting',
  running: 'running',
  paused: 'paused',
  stopping: 'stopping',
  oneRuns: 'Vivarium: 1 machine runs',
  severalRun: 'Vivarium: {count} machines run',
} as const;
export type ShellWords = Readonly<Record<keyof typeof SHELL_WORDS, string>>;
