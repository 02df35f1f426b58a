/** Keys that hold everywhere in the window but in a console and in dialogs, which keep theirs. */
import { onScopeDispose } from 'vue';
import type { MachineId } from '../../preload/contract/machines.ts';
import { keyWithModifiers } from './keys.ts';
import type { WindowState } from './window-state.ts';

const PANES = ['list', 'tabs', 'timeline', 'console'] as const;

/** Puts the focus into the next part of the window that is there, as F6 does in desktop programs. */
function nextPane(backwards: boolean): void {
  const panes = PANES.map((pane) => document.querySelector<HTMLElement>(`[data-pane="${pane}"]`)).filter((pane) => pane !== null);
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const pane = panes[(at + (backwards ? panes.length - 1 : 1)) % panes.length];
  (pane?.querySelector<HTMLElement>('textarea, [tabindex="0"]') ?? pane)?.focus();
}

/** @param take - takes a snapshot of the selected machine */
export function useWindowKeys(state: WindowState, selected: () => MachineId | undefined, take: () => void): void {
  const keys: Readonly<Record<string, () => void>> = {
    'ctrl+k': () => (state.dialog.value = 'palette'),
    'ctrl+shift+p': () => (state.dialog.value = 'palette'),
    'ctrl+,': () => (state.dialog.value = 'settings'),
    'ctrl+alt+n': () => (state.dialog.value = 'create'),
    'ctrl+shift+s': take,
    'ctrl+f': () => {
      const id = selected();
      if (id !== undefined && (state.tabs.get(id) ?? 'console') === 'console') state.consoleFind.value++;
    },
    F6: () => nextPane(false),
    'shift+F6': () => nextPane(true),
  };
  function onKey(event: KeyboardEvent) {
    if (document.querySelector('dialog[open]')) return;
    const act = keys[keyWithModifiers(event)];
    if (!act) return;
    event.preventDefault();
    act();
  }
  addEventListener('keydown', onKey);
  onScopeDispose(() => removeEventListener('keydown', onKey));
}
