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
  /** While somebody points at the messages or is among them, none goes. */
  hold(held: boolean): void;
  /** Takes the newest offered way back. @returns whether there was one */
  undoLast(): boolean;
}

/** Long enough to read a sentence and reach Undo; longer for what went wrong, which says what to do next. */
const SHOWN_MS = { info: 10_000, warning: 30_000, error: 30_000 } as const;
/** What the button of a way back is called, everywhere. */
const UNDO = 'Undo';
/** More than this is a wall; the oldest goes. */
const MAX_TOASTS = 4;

/** @param delay - how a toast's time is waited for; tests give their own */
export function createToasts(delay: (act: () => void, milliseconds: number) => void = setTimeout): Toasts {
  const list = shallowReactive<Toast[]>([]);
  let next = 1;
  let held = false;
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
    if (list.length > MAX_TOASTS) list.shift();
    // A warning with something to do waits for the person.
    if (toast.tone === 'info' || !toast.action) leaveLater(id, SHOWN_MS[toast.tone]);
  }
  function leaveLater(id: number, milliseconds: number) {
    delay(() => (held ? leaveLater(id, SHOWN_MS.info) : dismiss(id)), milliseconds);
  }
  function undoLast() {
    const toast = list.findLast(({ action }) => action?.label === UNDO);
    if (!toast) return false;
    dismiss(toast.id);
    toast.action?.run();
    return true;
  }
  return {
    list,
    show,
    dismiss,
    hold: (now) => (held = now),
    undoLast,
    fail: (error) => show({ tone: 'error', text: messageOf(error) }),
  };
}

export const toastsKey: InjectionKey<Toasts> = Symbol('toasts');

export function useToasts(): Toasts {
  const toasts = inject(toastsKey);
  if (!toasts) throw new Error('no toasts were provided: the application starts in app/main.ts');
  return toasts;
}
