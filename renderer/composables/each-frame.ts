/** The pointer comes more often than the screen is drawn: the last of what came is done, once a frame. */
import { onScopeDispose } from 'vue';

/** @returns a function that does `act` with the last value it was given, before the next frame is drawn */
export function eachFrame<T>(act: (value: T) => void): (value: T) => void {
  let frame = 0;
  let last: T;
  onScopeDispose(() => cancelAnimationFrame(frame));
  return (value) => {
    last = value;
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      act(last);
    });
  };
}
