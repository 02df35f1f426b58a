import type { files as english } from '../en/files.ts';
import type { Translation } from '../shape.ts';

export const files: Translation<typeof english> = {
  parent: 'Übergeordneter Ordner',
  parentTip: 'Übergeordneter Ordner (Rücktaste)',
  path: 'Ordner oder Datei',
  files: 'Dateien',
  emptyFolder: 'Dieser Ordner ist leer.',
  onlyHidden: 'Dieser Ordner ist bis auf verborgene Dateien leer.',
  intoFolder: 'Die Datei wird in diesen Ordner geschrieben.',
  chooseFile: 'Eine Datei auswählen; hier steht dann, was sie ist.',
  hidden: 'Verborgene Dateien',
  useFolder: 'Diesen Ordner verwenden',
  open: 'Öffnen',
  browseFile: 'Datei suchen: {label}',
  browse: 'Durchsuchen',
  choose: 'Auswählen: {label}',
  browseFolder: 'Ordner suchen: {label}',
  chooseFolder: 'Ordner auswählen',
};
