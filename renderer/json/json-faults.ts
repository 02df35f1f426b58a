/** Faults in the JSON editor: underlined where they are, named by F8 and under the pointer, and said at the end of their line. */
import { setDiagnostics } from '@codemirror/lint';
import { StateEffect, StateField, type EditorState, type Transaction, type TransactionSpec } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';

/** A fault of a text: from one character to behind another, counted from 0. */
export interface TextFault {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

const setFaults = StateEffect.define<readonly TextFault[]>();

/** Each line's faults, in the order of the lines. */
function faultyLines({ doc }: EditorState, faults: readonly TextFault[]): DecorationSet {
  const said = new Map<number, string[]>();
  for (const { start, message } of faults) {
    const { from } = doc.lineAt(Math.min(start, doc.length));
    said.set(from, [...(said.get(from) ?? []), message]);
  }
  const lines = [...said].map(([from, messages]) =>
    Decoration.line({ class: 'faulty', attributes: { 'data-fault': messages.join(' ') } }).range(from),
  );
  return Decoration.set(lines, true);
}

function follow(lines: DecorationSet, { changes, effects, state }: Transaction): DecorationSet {
  const set = effects.findLast((effect) => effect.is(setFaults));
  return set ? faultyLines(state, set.value) : lines.map(changes);
}

export const faultLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: follow,
  provide: (field) => EditorView.decorations.from(field),
});

/** What puts these faults in the place of those before. */
export function withFaults(state: EditorState, faults: readonly TextFault[]): TransactionSpec {
  const { length } = state.doc;
  const diagnostics = faults.map(({ start, end, message }) => ({
    from: Math.min(start, length),
    to: Math.min(end, length),
    severity: 'error' as const,
    message,
  }));
  const marked = setDiagnostics(state, diagnostics);
  return { ...marked, effects: [...[marked.effects ?? []].flat(), setFaults.of(faults)] };
}
