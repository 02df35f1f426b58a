export const quantities = {
  bytes: '{count} byte|{count} bytes',
  million: '{value} million',
  billion: '{value} billion',
  daysHours: '{days} d {hours} h',
  inFuture: '{span} in the future',
  justNow: 'just now',
  left: '{duration} left',
} as const;
