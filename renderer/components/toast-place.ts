/** Where messages stand: never over the line that somebody types at. */
import { onScopeDispose, ref, watch, type Ref } from 'vue';

/** A part of the page, in CSS pixels from its top left corner. */
export type Box = Pick<DOMRect, 'top' | 'bottom' | 'left' | 'right'>;
export type ToastPlace = 'bottom' | 'top';

/** How often the prompt is looked for while messages are shown: a guest's output moves it without an event. */
const LOOK_EVERY_MS = 250;

const overlap = (a: Box, b: Box): boolean => a.top < b.bottom && b.top < a.bottom && a.left < b.right && b.left < a.right;

/** Where a stack of messages of this height is out of the way of what is typed at; at the foot where both would do. */
export function freePlace(prompts: readonly Box[], at: { readonly bottom: Box; readonly top: Box }): ToastPlace {
  const isCovered = (box: Box) => prompts.some((prompt) => overlap(prompt, box));
  return isCovered(at.bottom) && !isCovered(at.top) ? 'top' : 'bottom';
}

/** Around the cursor of a console, its whole line and its neighbours: that is what is read while typing. */
const LINES_MARGIN = 24;

/** The lines that are typed at: each console's, and the focused field. */
export function promptsOf(page: Document): Box[] {
  const consoles = [...page.querySelectorAll('.xterm')].flatMap((terminal) => {
    const cursor = terminal.querySelector('.xterm-helper-textarea')?.getBoundingClientRect();
    const whole = terminal.getBoundingClientRect();
    if (!cursor || whole.width === 0) return [];
    return [{ top: cursor.top - LINES_MARGIN, bottom: cursor.top + 2 * LINES_MARGIN, left: whole.left, right: whole.right }];
  });
  const { activeElement } = page;
  const typed = activeElement?.matches('input, textarea:not(.xterm-helper-textarea)') ? [activeElement.getBoundingClientRect()] : [];
  return [...consoles, ...typed];
}

/**
 * @param stack the list of messages, where there is one
 * @param count how many are shown
 */
export function useToastPlace(stack: () => HTMLElement | undefined, count: () => number): Ref<ToastPlace> {
  const place = ref<ToastPlace>('bottom');
  let timer: ReturnType<typeof setInterval> | undefined;
  function look() {
    const element = stack();
    if (!element) return;
    const { left, right, height } = element.getBoundingClientRect();
    const { marginBottom, marginTop } = getComputedStyle(element);
    const foot = innerHeight - parseFloat(marginBottom);
    const head = parseFloat(marginTop);
    const boxes = { bottom: { left, right, top: foot - height, bottom: foot }, top: { left, right, top: head, bottom: head + height } };
    place.value = freePlace(promptsOf(document), boxes);
  }
  watch(
    count,
    (now) => {
      clearInterval(timer);
      if (now === 0) return;
      look();
      timer = setInterval(look, LOOK_EVERY_MS);
    },
    { flush: 'post' },
  );
  onScopeDispose(() => clearInterval(timer));
  return place;
}
