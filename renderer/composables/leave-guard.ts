/**
 * The browser asks before a page is left while somebody types into a console or has unsaved forms: Ctrl+W is a key of
 * every shell, and the browser takes it for itself. Electron's window has a question of its own and sends Ctrl+W to the
 * guest; there a page that wants to be asked about could not be closed at all.
 */
import { onScopeDispose } from 'vue';

/** @param asks - whether leaving now would surprise the person */
export function useLeaveGuard(asks: () => boolean): void {
  const guard = (event: BeforeUnloadEvent) => {
    if (asks()) event.preventDefault();
  };
  addEventListener('beforeunload', guard);
  onScopeDispose(() => removeEventListener('beforeunload', guard));
}
