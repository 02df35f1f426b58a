/** Something that is done again and again as long as a view is there and its window can be seen. */
import { onScopeDispose } from 'vue';

/**
 * @param act the next time is counted from its end; one that fails is tried again at the next time
 * @param milliseconds between the end of one and the beginning of the next
 */
export function useWhileShown(act: () => Promise<unknown>, milliseconds: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;
  async function again() {
    clearTimeout(timer);
    timer = undefined;
    if (!document.hidden) await act().catch(() => undefined);
    if (!gone && !document.hidden) timer = setTimeout(() => void again(), milliseconds);
  }
  const seen = () => void (!document.hidden && timer === undefined && again());
  document.addEventListener('visibilitychange', seen);
  onScopeDispose(() => {
    gone = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  });
  void again();
}
