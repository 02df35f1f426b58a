/** The editor that a JSON text is typed in: CodeMirror with its language, our proposals and our look. Loaded when it is shown. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { nextDiagnostic, previousDiagnostic } from '@codemirror/lint';
import { Compartment, EditorState, Transaction } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { t } from '../words/words.ts';
import { completeJson, type Propose } from './json-completion.ts';
import { faultLines, withFaults, type TextFault } from './json-faults.ts';
import { jsonLook } from './json-look.ts';

interface Shown {
  /** What a screen reader calls the text, and the elements that tell more of it. */
  readonly label: string;
  readonly describedBy: string;
}
export interface JsonView {
  /** The text from outside: only what differs is changed, so the caret stays where it was. */
  setText(text: string): void;
  setFaults(faults: readonly TextFault[]): void;
  setShown(shown: Shown): void;
  select(start: number, end: number): void;
  close(): void;
}

const faultKeys = [
  { key: 'F8', run: nextDiagnostic },
  { key: 'Shift-F8', run: previousDiagnostic },
];

const words = ({ label, describedBy }: Shown, isWrong: boolean) => [
  EditorView.contentAttributes.of({ 'aria-label': label, 'aria-describedby': describedBy, 'aria-invalid': String(isWrong) }),
  EditorView.editorAttributes.of({ class: isWrong ? 'wrong' : '' }),
  EditorState.phrases.of({
    Completions: t('hardware.suggestions'),
    Diagnostics: t('hardware.faults'),
    'Selection deleted': t('hardware.selectionDeleted'),
  }),
];

const FROM_OUTSIDE = [Transaction.remote.of(true), Transaction.addToHistory.of(false)];

/** What two texts have in common is left alone. */
function difference(before: string, after: string) {
  let from = 0;
  while (from < before.length && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - from && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

/** @param typed - is told the text whenever a person changes it */
export function openJsonView(parent: HTMLElement, text: string, propose: Propose, typed: (text: string) => void): JsonView {
  const said = new Compartment();
  let shown: Shown = { label: '', describedBy: '' };
  let isWrong = false;
  const view = new EditorView({
    parent,
    doc: text,
    extensions: [
      lineNumbers(),
      highlightActiveLineGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      // Tab leaves the editor, as in every field.
      keymap.of([...closeBracketsKeymap, ...faultKeys, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
      autocompletion({ override: [completeJson(propose)], icons: false, interactionDelay: 0 }),
      json(),
      faultLines,
      // A caret at the very edge does not show what it is at.
      EditorView.scrollMargins.of(() => ({ top: 40, bottom: 40 })),
      jsonLook,
      said.of(words(shown, isWrong)),
      EditorView.updateListener.of(({ docChanged, transactions, state }) => {
        const byPerson = transactions.some((one) => one.docChanged && one.annotation(Transaction.remote) !== true);
        if (docChanged && byPerson) typed(state.doc.toString());
      }),
    ],
  });
  const say = () => view.dispatch({ effects: said.reconfigure(words(shown, isWrong)) });
  return {
    setText(next) {
      const before = view.state.doc.toString();
      if (before === next) return;
      view.dispatch({ changes: difference(before, next), annotations: FROM_OUTSIDE });
    },
    setFaults(faults) {
      view.dispatch(withFaults(view.state, faults));
      isWrong = faults.length > 0;
      say();
    },
    setShown(next) {
      shown = next;
      say();
    },
    select(start, end) {
      const { length } = view.state.doc;
      view.focus();
      view.dispatch({ selection: { anchor: Math.min(start, length), head: Math.min(end, length) }, scrollIntoView: true });
    },
    close: () => view.destroy(),
  };
}
