/** The time of day as something a view can depend on, for "12 minutes ago". */
import { onScopeDispose, ref, type Ref } from 'vue';

/** Milliseconds since the epoch, anew every few seconds while the view is there. */
export function useNow(everyMs = 5000): Ref<number> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), everyMs);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
