/** Proposals in the JSON editor: shown beside the caret, and put into the text with the signs that they need around them. */
import {
  pickedCompletion,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionSource,
} from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import { typingPlace, type TypingPlace } from './json-place.ts';

export interface Proposal {
  /** What is chosen: a name, or a value as JSON has it. */
  readonly text: string;
  /** What the window calls it. */
  readonly label?: string | undefined;
  /** A sentence about it. */
  readonly about?: string | undefined;
  /** What a name gets as its first value, as JSON. */
  readonly value?: string;
}
export type Propose = (place: TypingPlace) => readonly Proposal[];

interface Insertion {
  readonly text: string;
  /** What of it is selected then. */
  readonly selected: readonly [start: number, end: number];
}

/** Within quotes or brackets where there is nothing in them, else all of a value. */
function selectionOf(value: string): readonly [start: number, end: number] {
  const isHollow = value.startsWith('"') || value === '[]' || value === '{}';
  return isHollow ? [1, value.length - 1] : [0, value.length];
}

/** What a chosen proposal puts in the place of the word. */
export function insertionOf({ text, value = '' }: Proposal, { wants, hasColon, needsComma }: TypingPlace): Insertion {
  const comma = needsComma ? ',' : '';
  const name = `"${text}"`;
  if (wants === 'name' && hasColon) return { text: name, selected: [name.length, name.length] };
  const before = wants === 'name' ? `${name}: ` : '';
  const put = wants === 'name' ? value : text;
  // A value that was chosen is finished, unless it is there to be filled.
  const [start, end] = wants === 'name' || /^[[{]/.test(put) ? selectionOf(put) : [put.length, put.length];
  return { text: `${before}${put}${comma}`, selected: [before.length + start, before.length + end] };
}

function apply(proposal: Proposal, place: TypingPlace, completion: Completion, view: EditorView): void {
  const { from, to, commaAt } = place;
  const { text, selected } = insertionOf(proposal, place);
  const [anchor, head] = selected.map((at) => from + at + (commaAt === undefined ? 0 : 1)) as [number, number];
  view.dispatch({
    changes: [...(commaAt === undefined ? [] : [{ from: commaAt, insert: ',' }]), { from, to, insert: text }],
    selection: { anchor, head },
    scrollIntoView: true,
    userEvent: 'input.complete',
    annotations: pickedCompletion.of(completion),
  });
  // A field that takes one of several values: they are what a person wants to see next.
  if (place.wants === 'name' && !place.hasColon) startCompletion(view);
}

/** A sentence beside the list; the editor asks for an element. */
function paragraph(about: string): () => HTMLElement {
  return () => Object.assign(document.createElement('p'), { textContent: about });
}

/** @param propose - is asked again for every place */
export function completeJson(propose: Propose): CompletionSource {
  return ({ state, pos, explicit }: CompletionContext) => {
    // What is selected is to be replaced, so it narrows nothing down.
    const place = typingPlace(state.doc.toString(), Math.min(pos, state.selection.main.from));
    if (!place || (!explicit && !place.isBegun)) return null;
    const options = propose(place).map((proposal) => ({
      label: proposal.text,
      ...(proposal.label ? { detail: proposal.label } : {}),
      ...(proposal.about ? { info: paragraph(proposal.about) } : {}),
      apply: (view: EditorView, completion: Completion) => apply(proposal, place, completion, view),
    }));
    return { from: place.from, to: place.to, options, filter: false };
  };
}
