/**
 * Keeps drafts over a reload, a closed tab and a restarted browser. Each window keeps its own: two windows with the same
 * form are two people as far as the form is concerned. A new window takes over what windows that are gone have left.
 */
import { watch } from 'vue';
import type { Drafts } from './drafts.ts';

const PREFIX = 'vivarium.drafts.';
const WINDOW_KEY = 'vivarium.window';
/** Older drafts are forgotten: nobody remembers what they were about. */
const MAX_AGE_MS = 30 * 24 * 3600 * 1000;
const MAX_DRAFTS = 50;
/** Of one draft, in characters; a note has at most 20,000. */
const MAX_LENGTH = 100_000;
/** A window that was reloaded has its name back within this time; one that was duplicated never. */
const CLAIM_MS = 2000;

interface Kept {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: unknown;
}
export type KeptEntries = readonly (readonly [string, Kept])[];

/** Reads what a window kept; nothing of what is too old or of another shape (an older version of the program). */
export function readKept(text: string | null, now: number): KeptEntries {
  try {
    const entries = JSON.parse(text ?? '[]') as unknown;
    if (!Array.isArray(entries)) return [];
    return (entries as KeptEntries).filter(
      (entry) => Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1]?.at === 'number' && now - entry[1].at < MAX_AGE_MS,
    );
  } catch {
    return [];
  }
}

/** What is kept of the drafts there are: the newest, within bounds. */
export function writeKept(entries: KeptEntries): string {
  const fitting = entries.filter(([, { value }]) => JSON.stringify(value).length <= MAX_LENGTH);
  return JSON.stringify([...fitting].sort(([, a], [, b]) => b.at - a.at).slice(0, MAX_DRAFTS));
}

/** This window's name, kept over reloads; a duplicated tab comes with the name of the other one. */
function windowName(): string {
  const name = sessionStorage.getItem(WINDOW_KEY) ?? crypto.randomUUID();
  sessionStorage.setItem(WINDOW_KEY, name);
  return name;
}

/** Holds the window's name as long as the page lives. @returns whether no other window has it */
function claim(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(PREFIX + name, { signal: AbortSignal.timeout(CLAIM_MS) }, () => {
        resolve(true);
        return new Promise(() => undefined);
      })
      .catch(() => resolve(false));
  });
}

/** Moves drafts of windows that are gone into this one; what this one has already stays. */
async function adopt(own: string, take: (entries: KeptEntries) => void): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const living = new Set([PREFIX + own, ...held.map(({ name }) => name)]);
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX) && !living.has(one))) {
    take(readKept(localStorage.getItem(key), Date.now()));
    localStorage.removeItem(key);
  }
}

/** Fills `drafts` with what was kept and keeps it from now on. */
export async function keepDrafts(drafts: Drafts): Promise<void> {
  let own = windowName();
  const times = new Map<string, number>();
  const take = (entries: KeptEntries) => {
    for (const [key, { at, value }] of entries) {
      if (drafts.has(key)) continue;
      times.set(key, at);
      drafts.set(key, value);
    }
  };
  const write = () => {
    const entries = [...drafts].map(([key, value]) => [key, { at: times.get(key) ?? Date.now(), value }] as const);
    try {
      if (entries.length > 0) localStorage.setItem(PREFIX + own, writeKept(entries));
      else localStorage.removeItem(PREFIX + own);
    } catch {
      // The browser's store is full or closed to pages: what is typed stays as long as the page.
    }
  };
  take(readKept(localStorage.getItem(PREFIX + own), Date.now()));
  const before = new Map(drafts);
  watch(
    () => [...drafts],
    (now) => {
      for (const [key, value] of now) if (before.get(key) !== value) times.set(key, Date.now());
      before.clear();
      for (const [key, value] of now) before.set(key, value);
      write();
    },
    { flush: 'sync' },
  );
  if (!(await claim(own))) {
    own = crypto.randomUUID();
    sessionStorage.setItem(WINDOW_KEY, own);
    await claim(own);
    write();
  }
  await adopt(own, take);
}
