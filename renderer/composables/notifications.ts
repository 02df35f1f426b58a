/**
 * Tells a person who is in another window that long work has ended or something went wrong. The desktop shell shows the
 * system's notification itself; in a browser the page does, once it was allowed to, which is asked only when somebody
 * looks at their tasks: unasked questions of pages are refused, and rightly.
 */
import { computed, inject, ref, type ComputedRef, type InjectionKey } from 'vue';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { useApplication } from '../stores/application.ts';
import { useTasks } from '../stores/tasks.ts';
import { machineAddress } from './place.ts';
import { sentence } from './sentence.ts';
import { t } from '../words/words.ts';
import { taskMessage, taskTitle, wordsOf } from '../words/contract-words.ts';

/** Shorter work ends before anybody has turned to something else, in milliseconds. */
const LONG_MS = 5000;

export interface Notifications {
  /** Whether a person can be asked for leave to notify: in a browser, as long as they have not answered. */
  readonly canAsk: ComputedRef<boolean>;
  ask(): Promise<void>;
}

/** What a notification says of a task that has ended, and where it leads; nothing where it is not worth one. */
export function endOfTask(task: TaskStatus): { readonly title: string; readonly text: string; readonly address: string } | undefined {
  if (task.state === 'running' || task.state === 'cancelled' || (task.endedAt ?? 0) - task.startedAt < LONG_MS) return undefined;
  const machine = 'machine' in task.subject ? task.subject.machine : task.kind === 'import-machine' ? task.result?.machine : undefined;
  return {
    title: task.state === 'done' ? t('tasks.done') : t('tasks.failed'),
    text: [taskTitle(task), sentence(taskMessage(task))].filter(Boolean).join('\n'),
    address: machine === undefined ? '#/' : machineAddress(machine),
  };
}

/** Whether somebody sees this window now. */
const isInFront = () => document.visibilityState === 'visible' && document.hasFocus();

/** Notifies for as long as the window lives; called once, by the window. @param open puts a place in front */
export function createNotifications(open: (address: string) => void): Notifications {
  const application = useApplication();
  const tasks = useTasks();
  const permission = ref(globalThis.Notification?.permission ?? 'denied');
  const byPage = computed(() => application.about?.shell === 'browser');

  async function notify(title: string, text: string, address: string, tag: string) {
    if (!application.settings.notifications || isInFront()) return;
    if (!byPage.value) return void (await application.notify({ title, text, address }));
    if (permission.value !== 'granted') return;
    // The same tag in several windows is one notification.
    const shown = new Notification(title, { body: text, tag, icon: 'vivarium.svg' });
    shown.addEventListener('click', () => {
      globalThis.focus();
      open(address);
      shown.close();
    });
  }
  tasks.onChanged((task) => {
    const told = endOfTask(task);
    if (told) void notify(told.title, told.text, told.address, `${task.id} ${task.startedAt}`).catch(console.error);
  });
  application.onNotice(({ level, what }) => {
    const { code: tag } = what;
    if (level !== 'info') void notify('Vivarium', sentence(wordsOf(what)), '#/', tag).catch(console.error);
  });
  return {
    canAsk: computed(() => byPage.value && application.settings.notifications && permission.value === 'default'),
    async ask() {
      permission.value = await Notification.requestPermission();
    },
  };
}

export const notificationsKey: InjectionKey<Notifications> = Symbol('notifications');

export function useNotifications(): Notifications {
  const notifications = inject(notificationsKey);
  if (!notifications) throw new Error('no notifications were provided: the window makes them');
  return notifications;
}
