import type { quantities as english } from '../en/quantities.ts';
import type { Translation } from '../shape.ts';

export const quantities: Translation<typeof english> = {
  bytes: '{count} Byte|{count} Byte',
  million: '{value} Mio.',
  billion: '{value} Mrd.',
  daysHours: '{days} T {hours} h',
  inFuture: '{span} in der Zukunft',
  justNow: 'gerade eben',
  left: 'noch {duration}',
};
