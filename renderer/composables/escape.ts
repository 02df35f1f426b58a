/**
 * Reka gives Escape to the layer that came last. A message that came while something was open would have it, and do nothing: so
 * what is open takes it first, where there are messages.
 */
import { useToasts } from './toasts.ts';

/** For `keydown.escape` of what closes so. */
export function closesOnEscape(close: () => void): (event: KeyboardEvent) => void {
  const { list } = useToasts();
  return (event) => {
    if (list.length === 0 || event.defaultPrevented || event.isComposing) return;
    event.stopPropagation();
    close();
  };
}
