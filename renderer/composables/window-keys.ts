/** Keys that hold everywhere in the window but in a console and in dialogs, which keep theirs. */
import { onScopeDispose } from 'vue';
import type { OfferedCommand } from './commands/command.ts';
import { keyWithModifiers } from './keys.ts';

/**
 * Where a key belongs to what is being typed or selected. A text that is only read, as a console's earlier output, takes
 * plain keys to move about in it and leaves those with Ctrl or Alt to the window.
 */
function isTypedInto(target: EventTarget | null, name: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.matches('textarea[readonly]') && /^(ctrl|alt)\+/.test(name)) return false;
  return target.closest('input, textarea, select, [contenteditable], .xterm, .floating') !== null;
}

/** @param commands - what can be done at this moment */
export function useWindowKeys(commands: () => readonly OfferedCommand[]): void {
  function onKey(event: KeyboardEvent) {
    if (event.defaultPrevented || document.querySelector('.dialog')) return;
    const name = keyWithModifiers(event);
    const command = commands().find(({ keys, everywhere }) => keys.includes(name) && (everywhere || !isTypedInto(event.target, name)));
    if (!command) return;
    event.preventDefault();
    command.run();
  }
  addEventListener('keydown', onKey);
  onScopeDispose(() => removeEventListener('keydown', onKey));
}
