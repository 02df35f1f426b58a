import type { keyNames as english } from '../en/key-names.ts';
import type { Translation } from '../shape.ts';

export const keyNames: Translation<typeof english> = {
  ctrl: 'Strg',
  shift: 'Umschalt',
  alt: 'Alt',
  delete: 'Entf',
  enter: 'Eingabe',
  click: 'Klick',
  home: 'Pos1',
  end: 'Ende',
  space: 'Leertaste',
};
