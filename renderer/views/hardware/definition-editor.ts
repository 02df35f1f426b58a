/** The state of one Hardware form: draft, what was changed, what is wrong, and applying it. */
import { computed, onScopeDispose, ref, watch } from 'vue';
import type { MachineDefinition, MachineId, MachineStatus } from '../../../preload/contract/machines.ts';
import { isLive } from '../../composables/machine-actions.ts';
import { messageOf, sentence } from '../../composables/sentence.ts';
import { useToasts } from '../../composables/toasts.ts';
import { useWindowState } from '../../composables/window-state.ts';
import { useMachines } from '../../stores/machines.ts';
import { changedFields, checkDraft, normaliseField, patchOf, problemOfRefusal, type Problem } from './definition-draft.ts';

/** Main looks at files for its answer; asking after each key would be asking about half a path. */
const PAUSE_MS = 250;

export function useDefinitionEditor(machine: () => MachineStatus) {
  const machines = useMachines();
  const toasts = useToasts();
  const { drafts } = useWindowState();
  const remote = ref<readonly Problem[]>([]);
  const applying = ref(false);

  const stored = computed(() => machine().definition);
  const draft = computed<MachineDefinition>({
    get: () => drafts.get(machine().id) ?? stored.value,
    set: (next) => (changedFields(next, stored.value).size ? drafts.set(machine().id, next) : drafts.delete(machine().id)),
  });
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
      found = (await machines.check(candidate)).map(({ field, message }) => ({ field: normaliseField(field), message: sentence(message) }));
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
    draft.value = { ...draft.value, ...patch };
  }
  const revert = () => void drafts.delete(machine().id);
  /** A running machine keeps what it started with, so only one that is off can be put back. */
  function offerUndo(id: MachineId, name: string) {
    const undo = () => void machines.undo(id).catch(toasts.fail);
    toasts.show({ tone: 'info', text: `The hardware of “${name}” was changed.`, action: { label: 'Undo', run: undo } });
  }
  async function apply() {
    const { id } = machine();
    const mine = draft.value;
    applying.value = true;
    try {
      await machines.update(id, patchOf(mine, stored.value));
      if (!isLive(machine().state)) offerUndo(id, mine.name);
      // What was typed while the answer was under way stays a draft.
      if (draft.value === mine) drafts.delete(id);
    } catch (error) {
      const message = messageOf(error);
      const problem = problemOfRefusal(message);
      if (problem.field) remote.value = [problem];
      else toasts.show({ tone: 'error', text: message });
    } finally {
      applying.value = false;
    }
  }
  return { draft, stored, changed, problems, applying, change, apply, revert };
}
export type DefinitionEditor = ReturnType<typeof useDefinitionEditor>;
