import type { numbers as english } from '../en/numbers.ts';
import type { Translation } from '../shape.ts';

export const numbers: Translation<typeof english> = {
  notNumber: '„{text}“ ist keine Zahl.',
  ambiguous: '„{text}“ kann {thousands} oder {decimal} heißen. Bitte ohne Komma schreiben.',
  type: 'Eine Zahl eingeben.',
  notWhole: '„{text}“ ist keine ganze Zahl.',
};
