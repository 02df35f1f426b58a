/**
 * Long work that a dialog asked for. The dialog stays until it is done, so that a failure finds what was typed; who closes
 * it before ("Continue in background") is told by a message.
 */
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue';
import type { Fault } from '../../emulator/index.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { useTasks } from '../stores/tasks.ts';
import { messageOf, sentence } from './sentence.ts';
import { faultOf, useToasts } from './toasts.ts';
import { taskMessage } from '../words/contract-words.ts';

export function useDialogTask() {
  const tasks = useTasks();
  const toasts = useToasts();
  const id = ref<string>();
  const beginning = ref(false);
  const trouble = ref('');
  const fault = shallowRef<Fault>();
  let open = true;
  onBeforeUnmount(() => (open = false));

  function fail(message: string, why: Fault | undefined) {
    trouble.value = message;
    fault.value = why;
    if (!open) toasts.show({ tone: 'error', text: message, ...(why ? { fault: why } : {}) });
  }
  /**
   * @param begin starts the work; answers with its task
   * @returns the task when it is done; nothing when it failed or was cancelled, which has been said
   */
  async function run(begin: () => Promise<{ readonly task: string }>): Promise<TaskStatus | undefined> {
    if (beginning.value) return undefined;
    beginning.value = true;
    trouble.value = '';
    try {
      id.value = (await begin()).task;
      const ended = await tasks.ended(id.value);
      if (ended.state === 'failed') fail(sentence(taskMessage(ended)), ended.fault);
      return ended.state === 'done' ? ended : undefined;
    } catch (error) {
      fail(messageOf(error), faultOf(error).fault);
      return undefined;
    } finally {
      beginning.value = false;
      id.value = undefined;
    }
  }
  const cancel = () => id.value !== undefined && void tasks.cancel(id.value).catch(toasts.fail);
  return {
    run,
    cancel,
    /** The work under way, where it is far enough to have a progress. */
    task: computed(() => tasks.get(id.value)),
    working: computed(() => beginning.value),
    /** What went wrong last. */
    trouble,
    fault,
    /** Whether the dialog is still there. */
    isOpen: () => open,
  };
}
