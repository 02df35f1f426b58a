/** What two texts differ in, line by line: the shortest way from one to the other (E. Myers, "An O(ND) Difference Algorithm", 1986). */

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
  /** Line numbers from 1, in the text that has it. */
  readonly before?: number;
  readonly after?: number;
}

/** Texts that differ in more lines than this are told as one removed and one added: memory grows with its square. */
const MOST_EDITS = 2000;

/** The lines of a text, without their ends; a last line without an end is one too. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** All lines of both, in order, each with what became of it. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const [middle, other] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const same = (from: number, count: number, shift: number): DiffLine[] =>
    before
      .slice(from, from + count)
      .map((text, index) => ({ kind: 'same', text, before: from + index + 1, after: from + index + 1 + shift }));
  return [
    ...same(0, start, 0),
    ...changed(middle, other).map((line) => moved(line, start)),
    ...same(before.length - end, end, after.length - before.length),
  ];
}

const moved = (line: DiffLine, by: number): DiffLine => ({
  ...line,
  ...(line.before === undefined ? {} : { before: line.before + by }),
  ...(line.after === undefined ? {} : { after: line.after + by }),
});

function changed(before: readonly string[], after: readonly string[]): DiffLine[] {
  const trace = before.length > 0 && after.length > 0 ? search(before, after) : undefined;
  if (trace) return backtrack(before, after, trace);
  return [
    ...before.map((text, index): DiffLine => ({ kind: 'removed', text, before: index + 1 })),
    ...after.map((text, index): DiffLine => ({ kind: 'added', text, after: index + 1 })),
  ];
}

/** How far each diagonal was reached before each number of edits; nothing where there would be too many. */
function search(before: readonly string[], after: readonly string[]): readonly Int32Array[] | undefined {
  const most = Math.min(before.length + after.length, MOST_EDITS);
  let reached = new Int32Array(3);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reached);
    // Diagonal k stands at k + edits + 1.
    const next = new Int32Array(2 * edits + 5);
    const last = (k: number) => reached[k + edits] ?? 0;
    for (let k = -edits; k <= edits; k += 2) {
      let x = k === -edits || (k !== edits && last(k - 1) < last(k + 1)) ? last(k + 1) : last(k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++;
      next[k + edits + 1] = x;
      if (x >= before.length && x - k >= after.length) return trace;
    }
    reached = next;
  }
  return undefined;
}

function backtrack(before: readonly string[], after: readonly string[], trace: readonly Int32Array[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [before.length, after.length];
  const keep = () => lines.push({ kind: 'same', text: before[--x] as string, before: x + 1, after: y-- });
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reached = trace[edits] as Int32Array;
    const last = (k: number) => reached[k + edits] ?? 0;
    const k = x - y;
    const isAdded = k === -edits || (k !== edits && last(k - 1) < last(k + 1));
    const fromX = edits === 0 ? 0 : isAdded ? last(k + 1) : last(k - 1);
    const fromY = edits === 0 ? 0 : fromX - (isAdded ? k + 1 : k - 1);
    while (x > fromX && y > fromY) keep();
    if (edits === 0) break;
    if (isAdded) lines.push({ kind: 'added', text: after[--y] as string, after: y + 1 });
    else lines.push({ kind: 'removed', text: before[--x] as string, before: x + 1 });
  }
  return lines.reverse();
}

/** Lines that differ with so many around them; what is left out between is a number of lines. */
export function hunks(lines: readonly DiffLine[], around = 3): readonly (DiffLine | number)[] {
  const shown: (DiffLine | number)[] = [];
  const isNear = new Uint8Array(lines.length);
  lines.forEach(({ kind }, index) => kind !== 'same' && isNear.fill(1, Math.max(0, index - around), index + around + 1));
  let left = 0;
  lines.forEach((line, index) => {
    if (!isNear[index]) return left++;
    if (left > 0) shown.push(left);
    left = 0;
    return shown.push(line);
  });
  if (left > 0) shown.push(left);
  return shown;
}
