import type { tasks as english } from '../en/tasks.ts';
import type { Translation } from '../shape.ts';

export const tasks: Translation<typeof english> = {
  sizeOf: '{done} von {total}',
  done: 'Fertig',
  failed: 'Fehlgeschlagen',
  cancelled: 'Abgebrochen',
  doneWarning: 'Fertig, mit einer Warnung',
  running: 'Vorgänge, {count} laufen',
  title: 'Vorgänge',
  none: 'Keine Vorgänge im Hintergrund.',
  log: 'Protokoll',
  took: ', in {took}',
  retry: 'Wiederholen',
  began: 'Begonnen',
  tell: 'Melden, wenn lange Arbeit endet, während ich in einem anderen Fenster bin.',
  notifications: 'Benachrichtigungen einschalten',
};
