/** The state of one Hardware form: draft, what was changed, what is wrong, and applying it. */
import { computed, onScopeDispose, ref, watch } from 'vue';
import type { MachineDefinition, MachineId, MachineStatus } from '../../../preload/contract/machines.ts';
import { ContractError } from '../../../preload/contract/contract.ts';
import { hardwareDraft, useDrafts } from '../../composables/drafts.ts';
import { isLive } from '../../composables/machine-actions.ts';
import { messageOf, sentence } from '../../composables/sentence.ts';
import { useToasts } from '../../composables/toasts.ts';
import { useMachines } from '../../stores/machines.ts';
import { conflictsOf, isEdit, keepMine, rebased, takeTheirs, type DefinitionEdit } from './definition-edit.ts';
import { changedFields, checkDraft, patchOf, problemOfRefusal, type Problem } from './definition-draft.ts';

/** Main looks at files for its answer; asking after each key would be asking about half a path. */
const PAUSE_MS = 250;
/** How often a change that others were faster with is merged and stored again. */
const MAX_ROUNDS = 5;

const only = (definition: MachineDefinition, fields: readonly string[]): Partial<MachineDefinition> =>
  Object.fromEntries(Object.entries(definition).filter(([field]) => fields.includes(field)));

export function useDefinitionEditor(machine: () => MachineStatus) {
  const machines = useMachines();
  const toasts = useToasts();
  const drafts = useDrafts();
  const remote = ref<readonly Problem[]>([]);
  const applying = ref(false);

  const stored = computed(() => machine().definition);
  const key = computed(() => hardwareDraft(machine().id));
  const edit = computed(() => {
    const kept = drafts.get(key.value);
    return isEdit(kept) ? rebased(kept, stored.value) : undefined;
  });
  function put(next: DefinitionEdit) {
    const fresh = rebased(next, stored.value);
    if (changedFields(fresh.mine, stored.value).size > 0) drafts.set(key.value, fresh);
    else drafts.delete(key.value);
  }
  const draft = computed(() => edit.value?.mine ?? stored.value);
  const conflicts = computed(() => (edit.value ? conflictsOf(edit.value, stored.value) : []));
  const changed = computed(() => changedFields(draft.value, stored.value));
  const local = computed(() => checkDraft(draft.value));
  const problems = computed(() => [
    ...local.value,
    ...remote.value.filter(({ field }) => !local.value.some((mine) => mine.field === field)),
  ]);

  let timer: ReturnType<typeof setTimeout> | undefined;
  async function askMain(candidate: MachineDefinition) {
    let found: readonly Problem[];
    try {
      found = (await machines.check(candidate)).map(({ field, message }) => ({ field, message: sentence(message) }));
    } catch (error) {
      found = [problemOfRefusal(messageOf(error))];
    }
    if (candidate === draft.value) remote.value = found;
  }
  watch(
    draft,
    (candidate) => {
      clearTimeout(timer);
      if (local.value.length === 0) timer = setTimeout(() => void askMain(candidate), PAUSE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));

  function change(patch: Partial<MachineDefinition>) {
    const { base, mine } = edit.value ?? { base: stored.value, mine: stored.value };
    put({ base, mine: { ...mine, ...patch } });
  }
  const keep = (field: string) => edit.value && put(keepMine(edit.value, stored.value, field));
  const take = (field: string) => edit.value && put(takeTheirs(edit.value, stored.value, field));
  const revert = () => void drafts.delete(key.value);
  /** A running machine keeps what it started with, so only one that is off can be put back. */
  function offerUndo(id: MachineId, name: string) {
    const undo = () => void machines.undo(id).catch(toasts.fail);
    toasts.show({ tone: 'info', text: `The hardware of “${name}” was changed.`, action: { label: 'Undo', run: undo } });
  }
  /**
   * Stores what was changed here. What was changed elsewhere at the same moment is read first, and merged or asked about.
   * @returns whether something was stored
   */
  async function storeChanges(id: MachineId): Promise<boolean> {
    for (let round = 0; round < MAX_ROUNDS && edit.value && conflicts.value.length === 0; round++) {
      const patch = patchOf(edit.value.mine, stored.value);
      try {
        await machines.update(id, patch, only(stored.value, Object.keys(patch)));
      } catch (error) {
        if (!(error instanceof ContractError && error.code === 'changed')) throw error;
        await machines.reload(id);
        continue;
      }
      // What was typed while the answer was under way stays a draft, now of what was stored.
      const typed = drafts.get(hardwareDraft(id));
      if (isEdit(typed)) put({ base: { ...typed.base, ...patch }, mine: typed.mine });
      return true;
    }
    return false;
  }
  async function apply() {
    const { id } = machine();
    const { name } = draft.value;
    applying.value = true;
    try {
      if ((await storeChanges(id)) && !isLive(machine().state)) offerUndo(id, name);
    } catch (error) {
      const message = messageOf(error);
      const problem = problemOfRefusal(message);
      if (problem.field) remote.value = [problem];
      else toasts.show({ tone: 'error', text: message });
    } finally {
      applying.value = false;
    }
  }
  return { draft, stored, changed, problems, conflicts, applying, change, keep, take, apply, revert };
}
export type DefinitionEditor = ReturnType<typeof useDefinitionEditor>;
