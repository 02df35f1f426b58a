/**
 * What a console printed earlier, on a terminal of its own: a stretch of the stored output around a place, exchanged for
 * the one before or after it when its edge is reached. Nothing is typed here, and nothing is answered.
 */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type IMarker, type ITerminalOptions } from '@xterm/xterm';
import { formatBytes } from '../words/quantities.ts';
import type { KeptOutput } from '../../preload/contract/consoles.ts';
import { timeAt } from './time-at.ts';
import { t } from '../words/words.ts';

/** Where the stored output is read from. */
export interface PastSource {
  kept(from: number, to: number): Promise<KeptOutput>;
  past(from: number, to: number): Promise<Uint8Array>;
}
/** What is shown, and what is kept, as positions in all that the console ever printed. */
export interface PastPlace {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}
interface PastLine {
  readonly position: number;
  readonly marker: IMarker;
}
export type PastReader = ReturnType<typeof createPastReader>;

/** Shown before and after the place that was asked for, in bytes: some thousand lines each. */
const REACH = 192 * 1024;
/** Every line that is read has its place. */
const SCROLLBACK = 60_000;
/** Lines shown above the one that was asked for. */
const ABOVE = 4;
const LINE_FEED = 10;
/** Modes that switch to the other screen (xterm, DECSET): a reader shows what was on it in its place. */
const OTHER_SCREEN = [47, 1047, 1049];

export function createPastReader(source: PastSource, options: ITerminalOptions, label: string) {
  const element = document.createElement('div');
  element.className = 'terminal-host';
  const terminal = new Terminal({
    ...options,
    allowProposedApi: true,
    disableStdin: true,
    cursorInactiveStyle: 'none',
    scrollback: SCROLLBACK,
    // What a guest cleared is what somebody looks for.
    scrollOnEraseInDisplay: true,
    lineHeight: 1.2,
    minimumContrastRatio: 4.5,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  for (const final of ['h', 'l'])
    terminal.parser.registerCsiHandler({ prefix: '?', final }, ([mode]) => OTHER_SCREEN.includes(Number(mode)));

  let lines: PastLine[] = [];
  let marks: KeptOutput['marks'] = [];
  let place: PastPlace | undefined;
  /** The newest request: an answer to an older one is not shown. */
  let asked = 0;

  const write = (bytes: Uint8Array | string) => new Promise<void>((done) => terminal.write(bytes, done));
  /** Writes output that begins at a position, and notes where each of its lines begins. */
  async function writeLines(bytes: Uint8Array, start: number) {
    let last = Promise.resolve();
    const note = (position: number) => () => {
      const marker = terminal.registerMarker(0);
      if (marker) lines.push({ position, marker });
    };
    terminal.write('', note(start));
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, at) + 1 || bytes.length;
      const noteNext = end < bytes.length ? note(start + end) : () => undefined;
      const piece = bytes.subarray(at, end);
      last = new Promise((done) => terminal.write(piece, () => (noteNext(), done())));
      at = end;
    }
    await last;
  }

  /** Shows what was printed around a position. @returns whether something is kept at all */
  async function show(position: number, above = ABOVE): Promise<boolean> {
    const request = ++asked;
    const kept = await source.kept(0, 0);
    const first = kept.stretches[0]?.position;
    const end = kept.stretches.at(-1);
    if (first === undefined || !end) return false;
    const last = end.position + end.length;
    const from = Math.max(first, Math.min(position, last) - REACH);
    const to = Math.min(last, Math.max(position, first) + REACH);
    const timed = source.kept(from, to);
    const pieces = await Promise.all(
      kept.stretches
        .map((stretch) => ({ start: Math.max(from, stretch.position), end: Math.min(to, stretch.position + stretch.length) }))
        .filter((piece) => piece.start < piece.end)
        .map(async (piece) => ({ ...piece, bytes: await source.past(piece.start, piece.end) })),
    );
    const known = await timed;
    if (request !== asked) return true;
    terminal.reset();
    lines = [];
    ({ marks } = known);
    let reached = from;
    for (const { start, end: until, bytes } of pieces) {
      if (start > reached) await write(`\r\n\x1b[7m ${t('console.notKept', { size: formatBytes(start - reached) })} \x1b[0m\r\n`);
      // Where it begins within a line, that line is left to the stretch before.
      const skipped = start === from && from > first ? bytes.indexOf(LINE_FEED) + 1 : 0;
      await writeLines(bytes.subarray(skipped), start + skipped);
      reached = until;
    }
    if (request !== asked) return true;
    place = { from, to, first, last };
    const line = lines.findLast((one) => one.position <= position) ?? lines[0];
    if (line) terminal.scrollToLine(Math.max(0, line.marker.line - above));
    return true;
  }

  /** The place of the line at the top. */
  function topPosition(): number {
    const { viewportY } = terminal.buffer.active;
    return lines.find(({ marker }) => marker.line >= viewportY)?.position ?? place?.from ?? 0;
  }
  /** The time of each visible row that begins what was printed then, from the top. */
  function rows(): (number | undefined)[] {
    const top = terminal.buffer.active.viewportY;
    const times: (number | undefined)[] = Array.from({ length: terminal.rows }, () => undefined);
    let before: number | undefined;
    for (const { position, marker } of lines) {
      if (marker.line >= top + terminal.rows) break;
      const time = timeAt(marks, position);
      const row = Math.max(0, marker.line - top);
      if (time > 0 && (time !== before || row === 0)) times[row] = time;
      before = time;
    }
    return times;
  }
  /** Goes on beyond an edge that was reached. @returns whether there is more */
  async function goOn(direction: 'earlier' | 'later'): Promise<boolean> {
    if (!place || (direction === 'earlier' ? place.from <= place.first : place.to >= place.last)) return false;
    return show(topPosition(), 0);
  }
  const atTop = () => terminal.buffer.active.viewportY === 0;
  const atEnd = () => terminal.buffer.active.viewportY >= terminal.buffer.active.baseY;

  return {
    terminal,
    attach(container: HTMLElement) {
      container.append(element);
      terminal.open(element);
      terminal.textarea?.setAttribute('aria-label', label);
      fit.fit();
    },
    fit: () => fit.fit(),
    show,
    goOn,
    atTop,
    atEnd,
    place: () => place,
    times: { rows },
    /** When the line at the top was printed; 0 where nobody knows. */
    time: () => timeAt(marks, topPosition()),
    /** Selects the line at a position, so that it is seen. */
    mark(position: number) {
      const line = lines.findLast((one) => one.position <= position);
      if (line) terminal.selectLines(line.marker.line, line.marker.line);
    },
    close() {
      asked++;
      terminal.dispose();
      element.remove();
    },
  };
}
