/** Keeps unsaved hardware forms over a reload of the page, because what a person typed is theirs. */
import { watch } from 'vue';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { WindowState } from './window-state.ts';

const KEY = 'vivarium.drafts';

/** What was kept, or nothing where it cannot be read (an older version of the program, a full store). */
function kept(): readonly (readonly [MachineId, MachineDefinition])[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as [MachineId, MachineDefinition][];
  } catch {
    return [];
  }
}

export function keepDrafts({ drafts }: Pick<WindowState, 'drafts'>): void {
  for (const [id, draft] of kept()) drafts.set(id, draft);
  watch(
    () => [...drafts],
    (all) => sessionStorage.setItem(KEY, JSON.stringify(all)),
  );
}
