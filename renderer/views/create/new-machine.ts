/** The state of the page for a new machine: what was chosen and typed, what is wrong with it, and making the machine. */
import { computed, onMounted, onScopeDispose, ref, watch } from 'vue';
import { fieldAt, withValue } from '../../../preload/contract/definition/walk.ts';
import type { MachineDefinition, MachineId } from '../../../preload/contract/machines.ts';
import { NEW_MACHINE_DRAFT, useDraft, useDrafts } from '../../composables/drafts.ts';
import { useMachineOperations } from '../../composables/machine-operations.ts';
import { FIRST_TEMPLATE, useQuickBoot } from '../../composables/quick-boot.ts';
import { sentence } from '../../composables/sentence.ts';
import { createChangedCommand, createCommand, createFromFilesCommand } from '../../composables/shown-command.ts';
import { useWindowState } from '../../composables/window-state.ts';
import { useImages } from '../../stores/images.ts';
import { useMachines } from '../../stores/machines.ts';
import { useTasks } from '../../stores/tasks.ts';
import { checkDraft, problemOfRefusal, type Problem } from '../hardware/definition-draft.ts';
import {
  definitionOf,
  FIRST_FORM,
  FIRST_MACHINE,
  freeName,
  nameFromFile,
  OWN_FILES,
  templateMachine,
  type NewMachineForm,
} from './new-definition.ts';
import { t } from '../../words/words.ts';

/** The fields beside the name that everybody looks at. */
const FIELDS = ['memoryMiB', 'cores'] as const;
/** Those that few people touch, in their order. */
const FOLDED = ['engine', 'onReboot', 'group', 'tags', 'note'] as const;

export function useNewMachine() {
  const images = useImages();
  const machines = useMachines();
  const state = useWindowState();
  const operations = useMachineOperations();
  const tasks = useTasks();
  const quick = useQuickBoot();
  const drafts = useDrafts();
  /** What was typed survives a left page and a closed browser; only creating it or Cancel lets it go. */
  const form = useDraft<NewMachineForm>(
    () => NEW_MACHINE_DRAFT,
    () => FIRST_FORM,
  );
  const part = <K extends keyof NewMachineForm>(key: K) =>
    computed({ get: () => form.value[key], set: (value) => (form.value = { ...form.value, [key]: value }) });
  const name = part('name');
  /** What was chosen, or the first that can be used. */
  const chosen = computed({
    get: () => {
      const usable = images.templates.filter(({ parts }) => parts !== 'unavailable').map((one) => one.name);
      const wanted = [form.value.template, FIRST_TEMPLATE].find((one) => one === OWN_FILES || usable.includes(one));
      return wanted ?? usable[0] ?? OWN_FILES;
    },
    // What was changed was changed of the template before.
    set: (template) => (form.value = { ...form.value, template, changes: {} }),
  });
  const fromFiles = computed(() => chosen.value === OWN_FILES);
  const template = computed(() => (fromFiles.value ? undefined : images.get(chosen.value)));
  const changes = computed(() => form.value.changes ?? {});
  const machine = computed<MachineDefinition>(() => {
    if (fromFiles.value || !template.value) return form.value.machine ?? FIRST_MACHINE;
    return { ...templateMachine(template.value), ...changes.value };
  });
  const answer = (definition: MachineDefinition) => (form.value = { ...form.value, machine: definition });
  function change(path: string, value: unknown) {
    if (fromFiles.value) return answer(withValue(machine.value, path, value));
    const usual = template.value && templateMachine(template.value)[path as keyof MachineDefinition];
    const { [path as keyof MachineDefinition]: _before, ...others } = changes.value;
    const same = JSON.stringify(value) === JSON.stringify(usual) || (value === '' && usual === undefined);
    form.value = { ...form.value, changes: same ? others : { ...others, [path]: value } };
  }

  /** Whether to go on from the template's booted state: what is stored already is used unless a person says otherwise. */
  const wantsBooted = part('booted');
  /** A booted state is of one shape of machine: another one has to boot by itself. */
  const reshaped = computed(() => Object.keys(changes.value).some((path) => !fieldAt(path)?.field.isOwners));
  const stored = computed(() => (reshaped.value ? undefined : template.value?.booted));
  const booted = computed(() => stored.value !== undefined && (wantsBooted.value ?? stored.value));

  const remote = ref<readonly Problem[]>([]);
  const tried = ref(false);
  const working = ref(false);
  const taken = computed(() => machines.list.map(({ definition }) => definition.name));
  const suggested = computed(() => {
    const { boot, disks } = definitionOf(machine.value, '');
    const file = boot.program ?? boot.kernel ?? boot.firmware ?? disks[0]?.path ?? '';
    return freeName((fromFiles.value ? machine.value.name || nameFromFile(file) : chosen.value) || 'machine', taken.value);
  });
  const finalName = computed(() => name.value.trim() || suggested.value);
  const definition = computed(() => definitionOf(machine.value, finalName.value));
  const problems = computed(() => {
    const all = [...(fromFiles.value && tried.value ? checkDraft(definition.value) : []), ...remote.value];
    if (taken.value.includes(name.value.trim())) all.push({ field: 'name', message: t('create.nameTaken') });
    return Object.fromEntries(all.map(({ field, message }) => [field, message]));
  });
  watch([form], () => (remote.value = []));
  const command = computed(() => {
    if (fromFiles.value) return createFromFilesCommand(definition.value);
    if (Object.keys(changes.value).length === 0) return createCommand(finalName.value, chosen.value, booted.value);
    return createChangedCommand(finalName.value, chosen.value, machine.value, Object.keys(changes.value));
  });
  /** What the creation waits for: parts to be fetched, or a first boot. */
  const task = computed(() => quick.task.value ?? (working.value ? tasks.running[0] : undefined));

  onMounted(() => void operations.attempt(images.load));
  /** The page may be left while parts are fetched; then it is in nobody's way. */
  let here = true;
  onScopeDispose(() => (here = false));

  async function makeFromFiles(): Promise<MachineId | undefined> {
    tried.value = true;
    if (checkDraft(definition.value).length > 0) return undefined;
    const found = await machines.check(definition.value);
    remote.value = found.map(({ field, message }) => ({ field, message: sentence(message) }));
    return found.length > 0 ? undefined : (await machines.create({ definition: definition.value })).id;
  }
  /** @param starts a start needs what can be fetched later otherwise */
  async function makeFromTemplate(starts: boolean): Promise<MachineId | undefined> {
    if (starts && !(await quick.fetchParts(chosen.value))) return undefined;
    const request = { template: chosen.value, name: finalName.value };
    if (Object.keys(changes.value).length === 0)
      return (await machines.create({ ...request, ...(booted.value ? { booted: true } : {}) })).id;
    if (template.value?.source === 'machine') {
      // What it holds is more than its definition: that is changed when it is there.
      const made = await machines.create(request);
      const before = Object.fromEntries(Object.keys(changes.value).map((path) => [path, made.definition[path as keyof MachineDefinition]]));
      return (await machines.update(made.id, changes.value, before)).id;
    }
    const draft = await machines.draft(request);
    return (await machines.create({ definition: { ...draft, ...changes.value }, ...(booted.value ? { booted: true } : {}) })).id;
  }
  async function create(then: 'start' | 'edit') {
    if (working.value || problems.value['name']) return;
    working.value = true;
    quick.trouble.value = '';
    quick.fault.value = undefined;
    try {
      const id = await (fromFiles.value ? makeFromFiles() : makeFromTemplate(then === 'start'));
      if (id === undefined) return;
      drafts.delete(NEW_MACHINE_DRAFT);
      if (then === 'start') await (here ? operations.start(id) : machines.start(id));
      else if (here) {
        operations.show(id);
        state.tabs.set(id, 'hardware');
      }
    } catch (error) {
      remote.value = [problemOfRefusal(error)];
    } finally {
      working.value = false;
    }
  }
  /** Back to where a person came from; work that goes on goes on, and keeps what was typed. @param keep what was typed */
  function leave(keep: boolean) {
    if (!keep && !task.value) drafts.delete(NEW_MACHINE_DRAFT);
    state.creating.value = false;
    state.selected.value = machines.get(state.before.value)?.id;
  }
  /** Machines that were made from it keep everything. */
  async function deleteTemplate() {
    const { name: gone } = template.value ?? { name: '' };
    await operations.attempt(async () => {
      await images.removeTemplate(gone);
      await images.load();
    });
  }
  const cancelTask = () => void (task.value && operations.attempt(() => tasks.cancel(task.value?.id ?? '')));
  return {
    ...{ name, chosen, template, fromFiles, machine, answer, change, stored, booted, wantsBooted, fields: FIELDS },
    ...{
      problems,
      suggested,
      command,
      task,
      working,
      create,
      leave,
      cancelTask,
      deleteTemplate,
      trouble: quick.trouble,
      fault: quick.fault,
    },
    folded: FOLDED,
    /** Whether there is anything to make a machine of. */
    canCreate: computed(() => fromFiles.value || template.value !== undefined),
    /** Whether nothing more needs to be said. */
    isReady: computed(() => fromFiles.value && checkDraft(definition.value).length === 0),
  };
}
