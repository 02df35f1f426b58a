import type { everyday as english } from '../en/everyday.ts';
import type { Translation } from '../shape.ts';

export const everyday: Translation<typeof english> = {
  command: 'Befehl',
  close: 'Schließen',
  copied: 'Kopiert',
  copyOf: '{what} kopieren',
  copy: 'Kopieren',
  copyLine: 'Diese Zeile kopieren',
  undo: 'Rückgängig',
  show: 'Anzeigen',
  cancel: 'Abbrechen',
  quoted: '„{name}“',
  continueInBackground: 'Im Hintergrund fortsetzen',
  delete: 'Löschen',
  none: 'Keine',
  apply: 'Übernehmen',
  rename: 'Umbenennen',
  name: 'Name',
  file: 'Datei',
};
