/** A text in lines, with its faults at their lines. */

/** A fault of a text: from one character to behind another, counted from 0. */
export interface LineFault {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}
export interface MarkedLine {
  readonly pieces: readonly { readonly text: string; readonly marked: boolean }[];
  /** Those that begin in this line. */
  readonly faults: readonly LineFault[];
}

/** The lines; what a fault covers behind the end of its first line is not marked. */
export function markedLines(text: string, faults: readonly LineFault[]): readonly MarkedLine[] {
  let from = 0;
  return text.split('\n').map((line) => {
    const [start, end] = [from, from + line.length];
    from = end + 1;
    const own = faults.filter((fault) => fault.start >= start && fault.start <= end).sort((one, other) => one.start - other.start);
    return { pieces: pieces(line, start, own), faults: own };
  });
}

function pieces(line: string, start: number, faults: readonly LineFault[]): MarkedLine['pieces'] {
  const found: { text: string; marked: boolean }[] = [];
  let at = 0;
  for (const fault of faults) {
    const [from, to] = [Math.max(at, fault.start - start), Math.min(line.length, fault.end - start)];
    if (from > at) found.push({ text: line.slice(at, from), marked: false });
    if (to > from) found.push({ text: line.slice(from, to), marked: true });
    at = Math.max(at, to);
  }
  return [...found, { text: line.slice(at), marked: false }];
}
