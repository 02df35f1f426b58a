/**
 * One console on one xterm.js terminal. A session outlives the view that shows it, so that going to another machine
 * and back keeps scrollback, selection and place; its element is moved into whichever view is in front.
 */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import type { Transport } from '../app/transport.ts';
import { formatBytes } from '../words/quantities.ts';
import { whenFaceCame } from './console-face.ts';
import { openConsoleFeed } from './console-feed.ts';
import { consoleLook } from './console-look.ts';
import { consoleTheme, findMarks } from './console-theme.ts';
import { drawWithGpu } from './gpu-renderer.ts';
import { lineTimes } from './line-times.ts';
import { followLinks } from './links.ts';
import { ignoreQuestions } from './ignore-questions.ts';
import { t } from '../words/words.ts';

export interface TerminalOptions {
  readonly fontSize: number;
  readonly scrollback: number;
}
export interface FindCount {
  /** 1 for the first match; 0 where the search library does not say. */
  readonly at: number;
  readonly of: number;
}
export type ConsoleSession = ReturnType<typeof createConsoleSession>;

/** Resizes are told to the guest once the window has stood still for this long. */
const SETTLE_MS = 120;

export function createConsoleSession(transport: Transport, machine: string, console: number, options: TerminalOptions, label: string) {
  const element = document.createElement('div');
  element.className = 'terminal-host';
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: false,
    ...consoleLook({ consoleFontSize: options.fontSize }),
    // At 1 some fonts lose their underscores to the row below.
    lineHeight: 1.2,
    scrollback: options.scrollback,
    rightClickSelectsWord: false,
    macOptionIsMeta: true,
    minimumContrastRatio: 4.5,
  });
  const fit = new FitAddon();
  const finder = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(finder);

  whenFaceCame((faces) => {
    terminal.options.fontFamily = faces;
    if (element.isConnected) fit.fit();
  });

  /** Called with an address that was clicked. */
  let follow = (_address: string): void => undefined;
  followLinks(terminal, (address) => follow(address));
  const times = lineTimes(terminal);
  let endGpu = () => undefined as void;

  let replaying = false;
  let answering = false;
  ignoreQuestions(terminal, () => replaying || !answering);
  const feed = openConsoleFeed(transport, machine, console, {
    write(bytes, done) {
      const now = Date.now();
      // In its turn: what came before may not have been read yet.
      if (bytes.length > 0) terminal.write('', () => times.note(now));
      terminal.write(bytes, done);
    },
    writePast(bytes, position, done) {
      times.noteLines(bytes, position);
      terminal.write(bytes, () => (times.written(), done()));
    },
    answering: (now) => (answering = now),
    replaying: (now) => (replaying = now),
    reset: () => (times.forget(), terminal.reset()),
    lost: (bytes) => terminal.write(`\r\n\x1b[7m ${t('console.inputLost', { size: formatBytes(bytes) })} \x1b[0m\r\n`),
    skipped: (bytes) => terminal.write(`\r\n\x1b[7m ${t('console.outputSkipped', { size: formatBytes(bytes) })} \x1b[0m\r\n`),
  });
  terminal.onData((text) => feed.type(text));
  // Bytes that are no text: mouse reports in the old encodings.
  terminal.onBinary((text) => feed.send(Uint8Array.from(text, (character) => character.charCodeAt(0))));

  let timer: ReturnType<typeof setTimeout> | undefined;
  const sizes = new Set<(columns: number, rows: number) => void>();
  terminal.onResize(({ cols, rows }) => {
    clearTimeout(timer);
    timer = setTimeout(() => sizes.forEach((listener) => listener(cols, rows)), SETTLE_MS);
  });

  return {
    terminal,
    /** Shows the terminal in a view's container, at the container's size. */
    attach(container: HTMLElement) {
      container.append(element);
      if (!terminal.element) terminal.open(element);
      terminal.textarea?.setAttribute('aria-label', label);
      fit.fit();
      // Browsers keep few contexts: only what is seen has one.
      endGpu();
      endGpu = drawWithGpu(terminal);
    },
    detach() {
      endGpu();
      element.remove();
    },
    times,
    onLink: (listener: (address: string) => void) => (follow = listener),
    fit: () => fit.fit(),
    focus: () => terminal.focus(),
    apply({ fontSize, scrollback }: TerminalOptions) {
      terminal.options.fontSize = fontSize;
      terminal.options.scrollback = scrollback;
      if (element.isConnected) fit.fit();
    },
    retheme: () => (terminal.options.theme = consoleTheme()),
    /** Called with the size in characters when it has changed and stands still. */
    onSize(listener: (columns: number, rows: number) => void) {
      sizes.add(listener);
      return () => void sizes.delete(listener);
    },
    find: (text: string, direction: 'next' | 'previous' | 'typing') =>
      direction === 'previous'
        ? finder.findPrevious(text, findMarks())
        : finder.findNext(text, { ...findMarks(), incremental: direction === 'typing' }),
    endFind: () => finder.clearDecorations(),
    onFound: (listener: (count: FindCount) => void) =>
      finder.onDidChangeResults(({ resultIndex, resultCount }) => listener({ at: resultIndex + 1, of: resultCount })),
    type: (text: string) => feed.type(text),
    /** Whether what is typed reaches the program, now and when that changes. */
    isConnected: () => feed.connected,
    onConnected: feed.onConnected,
    /** Whether the guest has asked for the mouse: clicks are its own then. */
    mouseIsGuests: () => terminal.modes.mouseTrackingMode !== 'none',
    close() {
      clearTimeout(timer);
      endGpu();
      feed.close();
      terminal.dispose();
      element.remove();
    },
  };
}
