/**
 * The one-button way to a shell: fetch the template's parts if they are missing, create a machine, start it and put
 * its console in front. The fetch is a task of main's, so that leaving this view does not end it.
 */
import { computed, ref, shallowRef } from 'vue';
import type { Fault } from '../../emulator/index.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import { useImages } from '../stores/images.ts';
import { useMachines } from '../stores/machines.ts';
import { useTasks } from '../stores/tasks.ts';
import { useMachineOperations } from './machine-operations.ts';
import { messageOf, sentence } from './sentence.ts';
import { faultOf } from './toasts.ts';
import { taskMessage } from '../words/contract-words.ts';

/** The templates of the empty state's two buttons. */
export const FIRST_TEMPLATE = 'debian-riscv64';
export const OFFLINE_TEMPLATE = 'hello-riscv64';

export function useQuickBoot() {
  const images = useImages();
  const machines = useMachines();
  const tasks = useTasks();
  const operations = useMachineOperations();
  const taskId = ref<string>();
  const busy = ref(false);
  /** Why it did not come to a machine: says what to do next. */
  const trouble = ref('');
  const fault = shallowRef<Fault>();
  const task = computed(() => tasks.get(taskId.value));

  /** Answers whether the parts are here. */
  async function fetchParts(template: string): Promise<boolean> {
    if (images.get(template)?.parts === 'ready') return true;
    const { task: id } = await images.fetch(template);
    taskId.value = id;
    const ended = await tasks.ended(id);
    taskId.value = undefined;
    if (ended.state === 'failed') {
      trouble.value = sentence(taskMessage(ended));
      fault.value = ended.fault;
    }
    return ended.state === 'done';
  }
  /** Creates a machine from a template and starts it; answers with it, or with nothing and the cause in `trouble`. */
  async function boot(template: string, name?: string, booted = false): Promise<MachineId | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    trouble.value = '';
    fault.value = undefined;
    try {
      if (!(await fetchParts(template))) return undefined;
      const { id } = await machines.create({ template, ...(name ? { name } : {}), ...(booted ? { booted } : {}) });
      await operations.start(id);
      return id;
    } catch (error) {
      trouble.value = messageOf(error);
      fault.value = faultOf(error).fault;
      return undefined;
    } finally {
      busy.value = false;
      taskId.value = undefined;
    }
  }
  async function cancel() {
    const id = taskId.value;
    if (id !== undefined) await operations.attempt(() => tasks.cancel(id));
  }
  return { boot, start: operations.start, fetchParts, cancel, busy, task, trouble, fault };
}
