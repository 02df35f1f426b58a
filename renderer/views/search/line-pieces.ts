/** A found line in pieces: those that were looked for, and what is between them. */
export interface LinePiece {
  readonly text: string;
  readonly isFound: boolean;
}
/** Shown before what was found, so that it is seen at once in a long line. */
const BEFORE = 60;

/** @param sought any piece of the line, whatever its case */
export function piecesOf(line: string, sought: string): LinePiece[] {
  const lowered = line.toLowerCase();
  const wanted = sought.toLowerCase();
  // Letters whose lower case has another length move what follows: then nothing is marked.
  if (wanted === '' || lowered.length !== line.length) return [{ text: line, isFound: false }];
  const pieces: LinePiece[] = [];
  const first = lowered.indexOf(wanted);
  let reached = first > BEFORE ? first - BEFORE : 0;
  if (reached > 0) pieces.push({ text: '…', isFound: false });
  for (let at = first; at >= 0; at = lowered.indexOf(wanted, reached)) {
    if (at > reached) pieces.push({ text: line.slice(reached, at), isFound: false });
    pieces.push({ text: line.slice(at, at + wanted.length), isFound: true });
    reached = at + wanted.length;
  }
  if (reached < line.length) pieces.push({ text: line.slice(reached), isFound: false });
  return pieces;
}
