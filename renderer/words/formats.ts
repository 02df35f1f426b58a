/** The platform's formatters, each made once a language: making one takes far longer than using it. */
import { locale } from './language.ts';

type Made = Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat;
const made = new Map<string, Made>();

function once<F extends Made>(name: string, make: (language: string) => F): F {
  const language = locale.value;
  const key = `${language} ${name}`;
  let found = made.get(key) as F | undefined;
  if (!found) made.set(key, (found = make(language)));
  return found;
}

/** @param name of these options, of which there is one set a name */
export const numberFormat = (name = '', options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  once(`number ${name}`, (language) => new Intl.NumberFormat(language, options));
/** @param name of these options, of which there is one set a name */
export const dateFormat = (name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  once(`date ${name}`, (language) => new Intl.DateTimeFormat(language, options));
export const agoFormat = (): Intl.RelativeTimeFormat => once('ago', (language) => new Intl.RelativeTimeFormat(language));
