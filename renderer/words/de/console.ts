import type { console as english } from '../en/console.ts';
import type { Translation } from '../shape.ts';

export const console: Translation<typeof english> = {
  inputLost: '{size} Eingabe haben den Gast nicht erreicht',
  outputSkipped: '{size} Ausgabe übersprungen',
  notKept: '{size} Ausgabe nicht aufbewahrt',
  paceGuest: 'So schnell, wie der Gast es annimmt',
  paceFast: '20 Zeilen je Sekunde',
  paceSlow: '4 Zeilen je Sekunde',
  paceSlowest: 'Eine Zeile je Sekunde',
};
