/**
 * A snapshot's note while it is typed. It is stored after a pause (a checkpoint with a note is never thinned away), when
 * the person leaves it, and at Ctrl+Enter; until it is stored it is a draft, which outlives tabs and lost connections.
 */
import { computed, onBeforeUnmount, watch } from 'vue';
import type { Snapshot, SnapshotId } from '../../../preload/contract/snapshots.ts';
import { useDrafts } from '../../composables/drafts.ts';

export interface NoteDraft {
  /** The note that the person began with. */
  readonly base: string;
  readonly text: string;
}
/** Somebody who stops typing for this long wants it kept. */
const PAUSE_MS = 1500;

export const noteKey = (id: SnapshotId): string => `note:${id}`;

/**
 * @param snapshot the one that is shown
 * @param find the snapshot as it is stored now; nothing where it is gone
 * @param store stores a note; answers whether that worked
 */
export function useNoteDraft(
  snapshot: () => Snapshot,
  find: (id: SnapshotId) => Snapshot | undefined,
  store: (id: SnapshotId, note: string) => Promise<boolean>,
) {
  const drafts = useDrafts();
  const draftOf = (id: SnapshotId) => drafts.get(noteKey(id)) as NoteDraft | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function save(id = snapshot().id): Promise<void> {
    clearTimeout(timer);
    const draft = draftOf(id);
    const stored = find(id);
    // What was changed elsewhere waits for the person's word, and what is gone for the person to copy it.
    if (!draft || !stored || (stored.note !== draft.base && stored.note !== draft.text)) return;
    const done = stored.note === draft.text || (await store(id, draft.text));
    if (!done) return;
    const now = draftOf(id);
    if (now?.text === draft.text) drafts.delete(noteKey(id));
    else if (now) drafts.set(noteKey(id), { base: draft.text, text: now.text });
  }
  const text = computed({
    get: () => draftOf(snapshot().id)?.text ?? snapshot().note,
    set(typed) {
      const { id, note } = snapshot();
      const base = draftOf(id)?.base ?? note;
      if (typed === base && base === note) drafts.delete(noteKey(id));
      else drafts.set(noteKey(id), { base, text: typed });
      clearTimeout(timer);
      timer = setTimeout(() => void save(id), PAUSE_MS);
    },
  });
  /** Whether the note was changed elsewhere after the person began. */
  const conflict = computed(() => {
    const { id, note } = snapshot();
    const draft = draftOf(id);
    return draft !== undefined && note !== draft.base && note !== draft.text;
  });
  function keepMine() {
    const { id, note } = snapshot();
    const draft = draftOf(id);
    if (draft) drafts.set(noteKey(id), { base: note, text: draft.text });
    void save(id);
  }
  const takeTheirs = () => void drafts.delete(noteKey(snapshot().id));

  watch(
    () => snapshot().id,
    (_now, before) => void save(before),
  );
  onBeforeUnmount(() => void save());
  return { text, conflict, save, keepMine, takeTheirs };
}
