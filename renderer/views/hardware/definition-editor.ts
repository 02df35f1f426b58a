/** The state of one Hardware form: draft, what was changed, what is wrong, and applying it. */
import { computed, onScopeDispose, ref, watch } from 'vue';
import type { MachineDefinition, MachineId, MachineStatus } from '../../../preload/contract/machines.ts';
import { ContractError } from '../../../preload/contract/contract.ts';
import { hardwareDraft, useDrafts } from '../../composables/drafts.ts';
import { isLive } from '../../composables/machine-actions.ts';
import { boardOf } from '../../../preload/contract/definition/boards.ts';
import { sentence } from '../../composables/sentence.ts';
import { undoing, useToasts } from '../../composables/toasts.ts';
import { useMachines } from '../../stores/machines.ts';
import { conflictsOf, isEdit, keepMine, rebased, takeTheirs, type DefinitionEdit } from './definition-edit.ts';
import { readText, textWith } from './definition-text.ts';
import { changedFields, checkDraft, patchOf, problemOfRefusal, type Problem } from './definition-draft.ts';
import { t } from '../../words/words.ts';

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
    if (fresh.text || changedFields(fresh.mine, stored.value).size > 0) drafts.set(key.value, fresh);
    else drafts.delete(key.value);
  }
  const draft = computed(() => edit.value?.mine ?? stored.value);
  const conflicts = computed(() => (edit.value ? conflictsOf(edit.value, stored.value) : []));
  const changed = computed(() => changedFields(draft.value, stored.value));
  /** JSON that could not be taken over as it is. */
  const pending = computed(() => edit.value?.text);
  const reading = computed(
    () => pending.value && readText(pending.value.typed, draft.value, pending.value.said, boardOf(draft.value.board)),
  );
  /** The JSON is none: nothing can be edited but its text. */
  const fault = computed(() => reading.value?.fault);
  const local = computed(() => checkDraft(draft.value));
  /** At most one a field: of what was typed first, of what main knows last. */
  const problems = computed(() => {
    const all = [...(reading.value?.problems ?? []), ...local.value, ...remote.value];
    return all.filter(({ field }, index) => all.findIndex((other) => other.field === field) === index);
  });

  /** The same for the form, where a value in the JSON is not the one that it shows. */
  const formProblems = computed(() => {
    const inText = new Set(reading.value?.problems);
    return problems.value.map((one) => (inText.has(one) ? { ...one, message: t('hardware.inJson', { message: one.message }) } : one));
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  async function askMain(candidate: MachineDefinition) {
    let found: readonly Problem[];
    try {
      found = (await machines.check(candidate)).map(({ field, message }) => ({ field, message: sentence(message) }));
    } catch (error) {
      found = [problemOfRefusal(error)];
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

  const present = (): DefinitionEdit => edit.value ?? { base: stored.value, mine: stored.value };
  function change(patch: Partial<MachineDefinition>) {
    const { base, mine, text } = present();
    if (text) typeText(textWith(text.typed, patch));
    else put({ base, mine: { ...mine, ...patch } });
  }
  /** The definition as JSON: what the form can show of it is taken over, and the text is kept while that is not all. */
  function typeText(typed: string) {
    const { base, mine, text } = present();
    const { definition, said, problems: untaken } = readText(typed, mine, text?.said ?? mine, boardOf(mine.board));
    put({ base, mine: definition, ...(untaken.length > 0 ? { text: { typed, said } } : {}) });
  }
  function dropText() {
    const { base, mine } = present();
    put({ base, mine });
  }
  const keep = (field: string) => edit.value && put(keepMine(edit.value, stored.value, field));
  const take = (field: string) => edit.value && put(takeTheirs(edit.value, stored.value, field));
  const revert = () => void drafts.delete(key.value);
  /** A running machine keeps what it started with, so only one that is off can be put back. */
  function offerUndo(id: MachineId, name: string) {
    const undo = () => void machines.undo(id).catch(toasts.fail);
    toasts.show({ tone: 'info', text: t('hardware.changed', { name }), action: undoing(undo) });
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
        if (!(error instanceof ContractError && error.kind === 'changed')) throw error;
        await machines.reload(id);
        continue;
      }
      // What was typed while the answer was under way stays a draft, now of what was stored.
      const typed = drafts.get(hardwareDraft(id));
      if (isEdit(typed)) put({ ...typed, base: { ...typed.base, ...patch } });
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
      const problem = problemOfRefusal(error);
      if (problem.field) remote.value = [problem];
      else toasts.show({ tone: 'error', text: problem.message });
    } finally {
      applying.value = false;
    }
  }
  return {
    draft,
    stored,
    changed,
    problems,
    formProblems,
    pending,
    fault,
    conflicts,
    applying,
    change,
    typeText,
    dropText,
    keep,
    take,
    apply,
    revert,
  };
}
export type DefinitionEditor = ReturnType<typeof useDefinitionEditor>;
