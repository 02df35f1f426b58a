/** Which of many cards are drawn: the rows of them in sight, and some around them. */
import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue';
import { rowsInSight, rowTops, type RowWindow } from '../list/row-window.ts';

/** Fewer rows of cards cost little. */
const WORTH_IT = 8;
/** Until one was measured, in pixels. */
const USUAL_HEIGHT = 236;

/**
 * @param page the element that scrolls
 * @param cards the grid in it; its rows are all as high as its first card
 * @param count of the cards
 * @returns the first card that is drawn and the one after the last, and the room in place of the others, in pixels
 */
export function useCardWindow(
  page: Readonly<Ref<HTMLElement | null>>,
  cards: Readonly<Ref<HTMLElement | null>>,
  count: () => number,
): ComputedRef<RowWindow> {
  const sight = ref({ from: 0, height: 0 });
  const grid = ref({ columns: 1, row: USUAL_HEIGHT, gap: 0 });

  const shown = computed((): RowWindow => {
    const { columns, row, gap } = grid.value;
    const rows = Math.ceil(count() / columns);
    const tops = rowTops(Array.from({ length: rows }, () => row + gap));
    const window = rowsInSight(tops, sight.value.from, sight.value.height, WORTH_IT);
    return { ...window, first: window.first * columns, end: Math.min(count(), window.end * columns) };
  });

  function look() {
    const [box, list] = [page.value, cards.value];
    if (!box || !list) return;
    const from = Math.max(0, box.scrollTop - list.offsetTop + box.offsetTop);
    if (from !== sight.value.from || box.clientHeight !== sight.value.height) sight.value = { from, height: box.clientHeight };
  }
  function measure() {
    const list = cards.value;
    const first = list?.firstElementChild;
    if (!list || !first) return look();
    const { gridTemplateColumns, rowGap } = getComputedStyle(list);
    const found = {
      columns: gridTemplateColumns.split(' ').length,
      row: first.getBoundingClientRect().height,
      gap: parseFloat(rowGap) || 0,
    };
    const known = grid.value;
    if (found.columns !== known.columns || found.gap !== known.gap || Math.abs(found.row - known.row) >= 1) grid.value = found;
    look();
  }
  const observer = new ResizeObserver(measure);
  watch(
    [page, cards],
    ([box, list], [before]) => {
      before?.removeEventListener('scroll', look);
      observer.disconnect();
      if (!box || !list) return;
      box.addEventListener('scroll', look, { passive: true });
      observer.observe(box);
      observer.observe(list);
    },
    { immediate: true, flush: 'post' },
  );
  onScopeDispose(() => observer.disconnect());
  return shown;
}
