/**
 * Where in the window a person is, as the part of its address after `#`: `#/`, `#/new`, `#/help/keys`, `#/machines/NAME/timeline/SNAPSHOT`.
 * A machine is written by its identity, which a new name does not change, and found by its name as well.
 */
/** What of a machine can be in front. */
export type MachineTab = 'console' | 'timeline' | 'hardware' | 'network' | 'overview';

export type Place =
  | { readonly page: 'overview' }
  | { readonly page: 'new' }
  /** A page of the built-in help; without a topic its first. */
  | { readonly page: 'help'; readonly topic?: string }
  /** The parts that views are made of, for whoever develops them. */
  | { readonly page: 'stories' }
  /** The dialog that imports this file, over the overview. */
  | { readonly page: 'import'; readonly path: string }
  | {
      readonly page: 'machine';
      /** Its identity, or its name. */
      readonly machine: string;
      readonly tab: MachineTab;
      /** What of the tab: a console's number with a position, a snapshot, a category of the hardware. */
      readonly detail: readonly string[];
    };

const TABS: readonly MachineTab[] = ['console', 'timeline', 'hardware', 'network', 'overview'];

/** The address of a place, from `#` on. */
export function addressOf(place: Place): string {
  if (place.page === 'overview') return '#/';
  if (place.page === 'new' || place.page === 'stories') return `#/${place.page}`;
  if (place.page === 'import') return `#/import/${encodeURIComponent(place.path)}`;
  if (place.page === 'help') return ['#/help', ...(place.topic === undefined ? [] : [encodeURIComponent(place.topic)])].join('/');
  return `#/${['machines', place.machine, place.tab, ...place.detail].map(encodeURIComponent).join('/')}`;
}

/** A machine's address, with the tab that is in front there. */
export const machineAddress = (machine: string, tab: MachineTab = 'console'): string =>
  addressOf({ page: 'machine', machine, tab, detail: [] });

/** @param hash from `#` on, or empty; what cannot be read is no place */
export function placeOf(hash: string): Place | undefined {
  let words: readonly string[];
  try {
    words = hash
      .replace(/^#?\/?/, '')
      .split('/')
      .filter(Boolean)
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [page, machine, tab = 'console', ...detail] = words;
  if (page === undefined) return hash === '' ? undefined : { page: 'overview' };
  if ((page === 'new' || page === 'stories') && machine === undefined) return { page };
  if (page === 'import' && machine !== undefined && words.length === 2) return { page, path: machine };
  if (page === 'help' && words.length <= 2) return { page, ...(machine === undefined ? {} : { topic: machine }) };
  const known = TABS.find((one) => one === tab);
  if (page !== 'machines' || machine === undefined || known === undefined) return undefined;
  return { page: 'machine', machine, tab: known, detail };
}
