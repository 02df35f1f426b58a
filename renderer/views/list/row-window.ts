/**
 * Which rows of a long list are drawn: those in sight and some around them. What is above and below is empty room of about the
 * same height, so that the scroll bar is true; a short list is drawn whole.
 */
import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue';

/** Fewer rows cost nothing. */
const WORTH_IT = 100;
/** Drawn beyond what is in sight, in pixels: as far as a hand scrolls between two frames. */
const AROUND = 600;

export interface RowWindow {
  /** The first row that is drawn, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** Room in place of the rows before and after them, in pixels. */
  readonly above: number;
  readonly below: number;
}

/** Where each row begins, and at the end how high all are together. */
export function rowTops(heights: readonly number[]): readonly number[] {
  const tops = [0];
  for (const height of heights) tops.push((tops.at(-1) ?? 0) + height);
  return tops;
}

/** @param tops as `rowTops` tells them; @param from the upper edge of what is in sight; @param height of what is in sight; @param worthIt so many rows are drawn whole */
export function rowsInSight(tops: readonly number[], from: number, height: number, worthIt = WORTH_IT): RowWindow {
  const count = tops.length - 1;
  const whole = tops[count] ?? 0;
  if (count <= worthIt) return { first: 0, end: count, above: 0, below: 0 };
  const firstAfter = (edge: number) => {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tops[middle + 1] ?? whole) > edge) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const first = firstAfter(Math.max(0, from - AROUND));
  const end = Math.min(count, firstAfter(from + height + AROUND) + 1);
  return { first, end, above: tops[first] ?? 0, below: whole - (tops[end] ?? whole) };
}

/** @param box the element that scrolls; @param heights of the rows, in pixels */
export function useRowWindow(box: Readonly<Ref<HTMLElement | null>>, heights: () => readonly number[]) {
  const from = ref(0);
  const height = ref(0);
  const tops = computed(() => rowTops(heights()));
  const shown: ComputedRef<RowWindow> = computed(() => rowsInSight(tops.value, from.value, height.value));
  const look = () => {
    from.value = box.value?.scrollTop ?? 0;
    height.value = box.value?.clientHeight ?? 0;
  };
  const observer = new ResizeObserver(look);
  watch(
    box,
    (now, before) => {
      if (before) observer.unobserve(before);
      before?.removeEventListener('scroll', look);
      if (!now) return;
      observer.observe(now);
      now.addEventListener('scroll', look, { passive: true });
    },
    { immediate: true, flush: 'post' },
  );
  onScopeDispose(() => observer.disconnect());
  /** Scrolls as little as brings a row into sight, also one that is not drawn. */
  function reveal(index: number): void {
    const element = box.value;
    if (!element || index < 0) return;
    const [top = 0, bottom = 0] = [tops.value[index], tops.value[index + 1]];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
    look();
  }
  return { shown, reveal };
}
