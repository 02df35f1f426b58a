/** Finds snapshots by their names, their notes, and what the machine's consoles printed around them. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { FoundLine } from '../../../preload/contract/consoles.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { Snapshot, SnapshotId } from '../../../preload/contract/snapshots.ts';
import { troubleOf, type Trouble } from '../../composables/trouble.ts';
import { useConsoles } from '../../stores/consoles.ts';

/** What of a snapshot holds the text. */
export type Hit =
  { readonly in: 'name' | 'note'; readonly text: string } | { readonly in: 'console'; readonly text: string; readonly line: FoundLine };

/** Typing goes on within this time, in milliseconds. */
const PAUSE = 200;
/** Lines of consoles that are looked at; whoever needs all of them searches all consoles. */
const MOST_LINES = 1000;

/** The line of a note that holds a text, or its first. */
function noteLine(note: string, sought: string): string {
  const lines = note.split('\n');
  return (lines.find((line) => line.toLowerCase().includes(sought)) ?? lines[0] ?? '').trim();
}

/** What holds the text, by the snapshot; consoles' lines stand with the snapshot taken nearest to when they were printed. */
export function hitsIn(snapshots: readonly Snapshot[], lines: readonly FoundLine[], text: string): ReadonlyMap<SnapshotId, readonly Hit[]> {
  const sought = text.trim().toLowerCase();
  const hits = new Map<SnapshotId, Hit[]>();
  if (sought === '') return hits;
  for (const { id, name, note } of snapshots) {
    const own: Hit[] = [];
    if (name.toLowerCase().includes(sought)) own.push({ in: 'name', text: name });
    if (note.toLowerCase().includes(sought)) own.push({ in: 'note', text: noteLine(note, sought) });
    if (own.length > 0) hits.set(id, own);
  }
  const known = new Set(snapshots.map(({ id }) => id));
  for (const line of lines) {
    const id = line.snapshot?.id;
    if (id === undefined || !known.has(id)) continue;
    hits.set(id, [...(hits.get(id) ?? []), { in: 'console', text: line.line, line }]);
  }
  return hits;
}

/** @param text empty: nothing is looked for */
export function useTimelineSearch(machine: () => MachineId, snapshots: () => readonly Snapshot[], text: () => string) {
  const consoles = useConsoles();
  const lines = shallowRef<readonly FoundLine[]>([]);
  const searching = ref(false);
  const isMore = ref(false);
  const trouble = shallowRef<Trouble>();
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function search(own: number) {
    let found: readonly FoundLine[] = [];
    let before: number | undefined;
    try {
      do {
        const step = await consoles.find({ text: text().trim(), machine: machine(), ...(before === undefined ? {} : { before }) });
        if (own !== asked) return;
        found = [...found, ...step.found];
        before = step.before;
        lines.value = found;
      } while (before !== undefined && found.length < MOST_LINES);
      isMore.value = before !== undefined;
    } catch (error) {
      if (own === asked) trouble.value = troubleOf(error);
    } finally {
      if (own === asked) searching.value = false;
    }
  }
  watch(
    [machine, () => text().trim()],
    ([, sought]) => {
      const own = ++asked;
      clearTimeout(timer);
      lines.value = [];
      trouble.value = undefined;
      isMore.value = false;
      searching.value = sought !== '';
      if (sought !== '') timer = setTimeout(() => void search(own), PAUSE);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    asked++;
  });
  const hits = computed(() => hitsIn(snapshots(), lines.value, text()));
  /** In the order in which the snapshots were taken. */
  const places = computed(() => snapshots().flatMap(({ id }) => (hits.value.has(id) ? [id] : [])));
  return { hits, places, searching, isMore, trouble };
}
