/** The JSON editor's look: the window's own colours, so that it follows themes and contrast by itself. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--busy)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: [tags.separator, tags.squareBracket, tags.brace], color: 'var(--text-muted)' },
]);

const theme = EditorView.theme({
  '&': { border: '1px solid var(--edge)', borderRadius: 'var(--radius)', background: 'var(--sunken)', color: 'var(--text-main)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-1px' },
  '&.wrong': { borderColor: 'var(--bad)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: 'var(--text-small)', lineHeight: '18px' },
  '.cm-content': { padding: 'var(--s2) 0', caretColor: 'var(--text-main)' },
  '.cm-line': { padding: '0 var(--s3) 0 0' },
  '.cm-gutters': { border: '0', background: 'var(--sunken)', color: 'var(--text-muted)' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '40px', padding: '0 10px 0 0' },
  '.cm-activeLineGutter': { background: 'none', color: 'var(--text-main)' },
  '.cm-cursor': { borderLeftColor: 'var(--text-main)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--selected)' },
  '&.cm-focused .cm-matchingBracket': { background: 'none', outline: '1px solid var(--edge-strong)' },
  '&.cm-focused .cm-nonmatchingBracket': { background: 'none', outline: '1px solid var(--bad)' },
  '.cm-line.faulty': { background: 'var(--bad-ground)' },
  '.cm-line.faulty::after': {
    content: 'attr(data-fault)',
    paddingLeft: 'var(--s4)',
    color: 'var(--bad)',
    fontFamily: 'var(--font)',
  },
  '.cm-lintRange-error': {
    background: 'none',
    textDecoration: 'underline wavy var(--bad) 1px',
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '3px',
  },
  '.cm-lintPoint-error::after': { borderBottomColor: 'var(--bad)' },
  '.cm-tooltip': {
    zIndex: 'var(--above-page)',
    border: '1px solid var(--edge)',
    borderRadius: 'var(--radius)',
    background: 'var(--raised)',
    color: 'var(--text-main)',
    boxShadow: 'var(--shadow)',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: 'var(--text-small)', maxHeight: '15em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    alignItems: 'center',
    gap: 'var(--s2)',
    minHeight: '24px',
    padding: '0 var(--s2)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--selected)', color: 'var(--text-main)' },
  '.cm-completionDetail': {
    marginLeft: 'auto',
    color: 'var(--text-muted)',
    fontFamily: 'var(--font)',
    fontStyle: 'normal',
  },
  '.cm-tooltip.cm-completionInfo': {
    maxWidth: '280px',
    padding: 'var(--s2) var(--s3)',
    fontFamily: 'var(--font)',
    fontSize: 'var(--text-small)',
  },
  '.cm-completionInfo p': { margin: '0' },
});

export const jsonLook = [theme, syntaxHighlighting(colours)];
