/** Short messages beside the work: what was done (with Undo where that exists) and what went wrong. */
import { inject, shallowReactive, type InjectionKey } from 'vue';
import type { Fault } from '../../emulator/index.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import { t } from '../words/words.ts';
import { messageOf } from './sentence.ts';

export interface ToastAction {
  readonly label: string;
  /** It takes back what was done. */
  readonly undoes?: true;
  run(): void;
}
export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly action?: ToastAction;
  /** What went wrong, for the button that leads out of it, and the machine it happened to. */
  readonly fault?: Fault;
  readonly about?: MachineId;
}
export interface Toasts {
  readonly list: readonly Toast[];
  show(toast: Omit<Toast, 'id'>): void;
  /** Shows what an error says; anything not an error is shown as it is. */
  fail(error: unknown): void;
  dismiss(id: number): void;
  /** Takes the newest offered way back. @returns whether there was one */
  undoLast(): boolean;
}

/** Long enough to read a sentence and reach Undo; longer for what went wrong, which says what to do next. */
const SHOWN_MS = { info: 10_000, warning: 30_000, error: 30_000 } as const;
/** How long a toast is shown while nobody is at it, in milliseconds. A warning that asks something waits for the person. */
export const shownFor = ({ tone, action }: Pick<Toast, 'tone' | 'action'>): number =>
  tone === 'warning' && action ? Infinity : SHOWN_MS[tone];
/** More than this is a wall; the oldest goes. */
const MAX_TOASTS = 4;

/** A way back, called the same everywhere. */
export const undoing = (run: () => void): ToastAction => ({ label: t('everyday.undo'), undoes: true, run });

/** What of an error a message keeps. */
export const faultOf = (error: unknown): { readonly fault?: Fault } =>
  error instanceof ContractError ? { fault: { code: error.code, facts: error.facts } } : {};

export function createToasts(): Toasts {
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
    list.push({ id: next++, ...toast });
    if (list.length > MAX_TOASTS) list.shift();
  }
  function undoLast() {
    const toast = list.findLast(({ action }) => action?.undoes);
    if (!toast) return false;
    dismiss(toast.id);
    toast.action?.run();
    return true;
  }
  return { list, show, dismiss, undoLast, fail: (error) => show({ tone: 'error', text: messageOf(error), ...faultOf(error) }) };
}

export const toastsKey: InjectionKey<Toasts> = Symbol('toasts');

export function useToasts(): Toasts {
  const toasts = inject(toastsKey);
  if (!toasts) throw new Error('no toasts were provided: the application starts in app/main.ts');
  return toasts;
}
