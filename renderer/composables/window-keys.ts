/** Keys that hold everywhere in the window but in a console and in dialogs, which keep theirs. */
import { onScopeDispose } from 'vue';
import type { OfferedCommand } from './commands/command.ts';
import { keyWithModifiers } from './keys.ts';

/** Where a key belongs to what is being typed or selected. */
const isTypedInto = (target: EventTarget | null) =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable], .xterm, .floating') !== null;

/** @param commands - what can be done at this moment */
export function useWindowKeys(commands: () => readonly OfferedCommand[]): void {
  function onKey(event: KeyboardEvent) {
    if (event.defaultPrevented || document.querySelector('.dialog')) return;
    const name = keyWithModifiers(event);
    const command = commands().find(({ keys, everywhere }) => keys.includes(name) && (everywhere || !isTypedInto(event.target)));
    if (!command) return;
    event.preventDefault();
    command.run();
  }
  addEventListener('keydown', onKey);
  onScopeDispose(() => removeEventListener('keydown', onKey));
}
