/** Short messages at the window's foot: what was done (with Undo where that exists) and what went wrong. */
import { inject, shallowReactive, type InjectionKey } from 'vue';
import { messageOf } from './sentence.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly action?: { readonly label: string; run(): void };
}
export interface Toasts {
  readonly list: readonly Toast[];
  show(toast: Omit<Toast, 'id'>): void;
  /** Shows what an error says; anything not an error is shown as it is. */
  fail(error: unknown): void;
  dismiss(id: number): void;
}

/** Long enough to read a sentence and reach Undo. Errors and warnings stay until closed: they say what to do next. */
const SHOWN_MS = 10_000;
/** More than this is a wall; the oldest goes. */
const MOST = 4;

/** @param delay - how a toast's time is waited for; tests give their own */
export function createToasts(delay: (act: () => void, milliseconds: number) => void = setTimeout): Toasts {
  const list = shallowReactive<Toast[]>([]);
  let next = 1;
  function dismiss(id: number) {
    const at = list.findIndex((toast) => toast.id === id);
    if (at >= 0) list.splice(at, 1);
  }
  function show(toast: Omit<Toast, 'id'>) {
    // The same complaint twice is one complaint.
    const twin = list.find(({ text, action }) => text === toast.text && !action);
    if (twin) dismiss(twin.id);
    const id = next++;
    list.push({ id, ...toast });
    if (list.length > MOST) list.shift();
    if (toast.tone === 'info') delay(() => dismiss(id), SHOWN_MS);
  }
  return {
    list,
    show,
    dismiss,
    fail: (error) => show({ tone: 'error', text: messageOf(error) }),
  };
}

export const toastsKey: InjectionKey<Toasts> = Symbol('toasts');

export function useToasts(): Toasts {
  const toasts = inject(toastsKey);
  if (!toasts) throw new Error('no toasts were provided: the application starts in app/main.ts');
  return toasts;
}
