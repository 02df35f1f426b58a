/** Keys that hold everywhere in the window but in a console and in dialogs, which keep theirs. */
import { onScopeDispose } from 'vue';
import type { MachineId } from '../../preload/contract/machines.ts';
import { keyWithModifiers } from './keys.ts';
import type { WindowState } from './window-state.ts';

const PANES = ['list', 'tabs', 'timeline', 'console', 'messages'] as const;

/** Puts the focus into the next part of the window that is there, as F6 does in desktop programs. */
function nextPane(backwards: boolean): void {
  const panes = PANES.map((pane) => document.querySelector<HTMLElement>(`[data-pane="${pane}"]`)).filter((pane) => pane !== null);
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const pane = panes[(at + (backwards ? panes.length - 1 : 1)) % panes.length];
  (pane?.querySelector<HTMLElement>('textarea, [tabindex="0"]') ?? pane)?.focus();
}

/** What the keys do with the selected machine, or at all. */
export interface WindowActs {
  /** Takes a snapshot. */
  take(): void;
  rename(): void;
  remove(): void;
  /** Takes the last offered way back. @returns whether there was one */
  undo(): boolean;
}

/** Where a key belongs to what is being typed or selected. */
const isTypedInto = (target: EventTarget | null) =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable], .xterm, .floating') !== null;

export function useWindowKeys(state: WindowState, selected: () => MachineId | undefined, acts: WindowActs): void {
  const keys: Readonly<Record<string, () => void>> = {
    'ctrl+k': () => (state.dialog.value = 'palette'),
    'ctrl+shift+p': () => (state.dialog.value = 'palette'),
    'ctrl+,': () => (state.dialog.value = 'settings'),
    'ctrl+alt+n': () => (state.dialog.value = 'create'),
    'ctrl+shift+s': acts.take,
    'ctrl+f': () => {
      const id = selected();
      if (id !== undefined && (state.tabs.get(id) ?? 'console') === 'console') state.consoleFind.value++;
    },
    F6: () => nextPane(false),
    'shift+F6': () => nextPane(true),
  };
  /** Those that a field, a console or a timeline may want for itself. */
  const elsewhere: Readonly<Record<string, () => void>> = {
    F2: acts.rename,
    Delete: acts.remove,
    // Without this, the browser takes back what was typed last in some field that nobody looks at.
    'ctrl+z': () => void acts.undo(),
  };
  function onKey(event: KeyboardEvent) {
    if (event.defaultPrevented || document.querySelector('.dialog')) return;
    const name = keyWithModifiers(event);
    const act = keys[name] ?? (isTypedInto(event.target) ? undefined : elsewhere[name]);
    if (!act) return;
    event.preventDefault();
    act();
  }
  addEventListener('keydown', onKey);
  onScopeDispose(() => removeEventListener('keydown', onKey));
}
