/** Mirrors main's tasks: long work that survives the window which asked for it. */
import { defineStore } from 'pinia';
import { computed, shallowReactive } from 'vue';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { useServices } from '../composables/border.ts';

export const useTasks = defineStore('tasks', () => {
  const client = useServices().tasks;
  const byId = shallowReactive(new Map<string, TaskStatus>());
  const waiting = new Map<string, ((task: TaskStatus) => void)[]>();

  const list = computed(() => [...byId.values()].sort((a, b) => b.startedAt - a.startedAt));
  const running = computed(() => list.value.filter((task) => task.state === 'running'));

  function put(task: TaskStatus) {
    byId.set(task.id, task);
    if (task.state === 'running') return;
    waiting.get(task.id)?.forEach((resolve) => resolve(task));
    waiting.delete(task.id);
  }
  client.changed.on(put);

  async function load() {
    (await client.list()).forEach(put);
  }
  const get = (id: string | undefined) => (id === undefined ? undefined : byId.get(id));
  /** Resolves when a task has ended, however it ended. */
  function ended(id: string): Promise<TaskStatus> {
    const task = byId.get(id);
    if (task && task.state !== 'running') return Promise.resolve(task);
    return new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
  }
  const runningFor = (machine: MachineId) => running.value.filter(({ subject }) => 'machine' in subject && subject.machine === machine);
  return {
    list,
    running,
    load,
    get,
    ended,
    runningFor,
    cancel: client.cancel,
    retry: client.retry,
    log: client.log,
    onChanged: client.changed.on,
  };
});
