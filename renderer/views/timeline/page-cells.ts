/** Changed pages of memory as a small map: cells in the order of addresses, each as dark as the share that changed in it. */

export const MAP_COLUMNS = 64;
const MAP_ROWS = 16;

/**
 * Shares of changed pages, 0 to 1, one for each cell.
 * @param runs changed pages as [first, count], in any order
 */
export function pageCells(runs: readonly (readonly [number, number])[], total: number): readonly number[] {
  const count = Math.min(MAP_COLUMNS * MAP_ROWS, Math.max(1, total));
  const size = total / count;
  const changed = new Float64Array(count);
  for (const [first, length] of runs) {
    const end = Math.min(total, first + length);
    for (let cell = Math.floor(first / size); cell < count && cell * size < end; cell++)
      changed[cell] = (changed[cell] as number) + Math.max(0, Math.min(end, (cell + 1) * size) - Math.max(first, cell * size));
  }
  return [...changed].map((pages) => Math.min(1, pages / size));
}

/** How dark a share is drawn: one page among many is seen, and all of them are darkest. */
export const darkness = (share: number): number => (share === 0 ? 0 : 0.25 + 0.75 * Math.sqrt(share));
