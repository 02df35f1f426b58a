/** What the desktop's menus and tray say, in German. */
import type { ShellWords } from '../../../preload/contract/shell-words.ts';

export const shellWords: ShellWords = {
  file: '&Datei',
  edit: '&Bearbeiten',
  machine: '&Maschine',
  view: '&Ansicht',
  window: '&Fenster',
  help: '&Hilfe',
  copy: 'Kopieren',
  paste: 'Einfügen',
  selectAll: 'Alles auswählen',
  fullScreen: 'Vollbild',
  minimize: 'Minimieren',
  quit: 'Beenden',
  open: 'Vivarium öffnen',
  nothingRuns: 'Keine Maschine läuft',
  starting: 'startet',
  running: 'läuft',
  paused: 'angehalten',
  stopping: 'wird beendet',
  oneRuns: 'Vivarium: 1 Maschine läuft',
  severalRun: 'Vivarium: {count} Maschinen laufen',
};
