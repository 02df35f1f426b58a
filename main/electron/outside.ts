/**
 * What comes from outside: links `vivarium://machine/NAME/…`, which any program and any web page may open, and exported machines that a
 * person opens in a file manager. Both only put a place of the window in front; nothing is started, changed or read for them.
 */
import { isAbsolute, resolve } from 'node:path';
import { SCHEME } from './app-protocol.ts';

/** The end of an exported machine's name. */
const EXPORT_END = '.vivarium';
/** Longer links are no links of ours. */
const LINK_MAX = 2000;
const TABS: ReadonlySet<string> = new Set(['console', 'timeline', 'hardware', 'network', 'overview']);

/**
 * Where a link leads, as the window's address; nothing for one that is no link of ours. `vivarium://machine/NAME`, with a tab and what
 * of it behind, or `vivarium://help/TOPIC`.
 */
export function placeOfLink(link: string): string | undefined {
  if (link.length > LINK_MAX || !URL.canParse(link)) return undefined;
  const { protocol, host, pathname } = new URL(link);
  if (protocol !== `${SCHEME}:`) return undefined;
  let words: string[];
  try {
    words = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const address = (parts: readonly string[]) => `#/${parts.map(encodeURIComponent).join('/')}`;
  if (host === 'help' && words.length <= 1) return address(['help', ...words]);
  const [, tab] = words;
  if (host !== 'machine' || words.length === 0 || (tab !== undefined && !TABS.has(tab))) return undefined;
  return address(['machines', ...words]);
}

/** Where an exported machine is imported, as the window's address; nothing for other files. @param folder what a relative path starts from */
export function placeOfFile(path: string, folder: string): string | undefined {
  if (!path.toLowerCase().endsWith(EXPORT_END) || path.startsWith('-')) return undefined;
  return `#/import/${encodeURIComponent(isAbsolute(path) ? path : resolve(folder, path))}`;
}

/** The place that a command line leads to: that of its first link or exported machine. @param folder where it was given */
export function placeOfArguments(args: readonly string[], folder: string): string | undefined {
  for (const word of args.slice(1)) {
    const place = word.startsWith(`${SCHEME}:`) ? placeOfLink(word) : placeOfFile(word, folder);
    if (place !== undefined) return place;
  }
  return undefined;
}
