/** Reads the little of Markdown that our own documents use: headings, paragraphs, lists, code, and in a line code and emphasis. */

export interface Span {
  readonly kind: 'text' | 'code' | 'emphasis';
  readonly text: string;
}
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Span[])[] }
  | { readonly kind: 'code'; readonly text: string };

const INLINE = /`([^`]+)`|\*([^*]+)\*/g;

/** The parts of a line of text. */
export function spansOf(text: string): readonly Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > from) spans.push({ kind: 'text', text: text.slice(from, found.index) });
    const [whole, code, emphasis] = found;
    spans.push(code === undefined ? { kind: 'emphasis', text: emphasis ?? '' } : { kind: 'code', text: code });
    from = found.index + whole.length;
  }
  return from < text.length ? [...spans, { kind: 'text', text: text.slice(from) }] : spans;
}

/** The blocks of a document. Blocks are apart by empty lines; a list's items begin with `*`. */
export function blocksOf(markdown: string): readonly Block[] {
  return markdown
    .split(/\n{2,}/)
    .map((chunk) => chunk.replace(/^\n+|\n+$/g, ''))
    .filter((chunk) => chunk.trim() !== '')
    .flatMap(blocksIn);
}

function blocksIn(chunk: string): readonly Block[] {
  const heading = /^(#{1,6}) (.*)$/.exec(chunk);
  if (heading) return [{ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' }];
  const lines = chunk.split('\n');
  if (lines.every((line) => line.startsWith('    '))) return [{ kind: 'code', text: lines.map((line) => line.slice(4)).join('\n') }];
  const first = lines.findIndex((line) => line.startsWith('* '));
  const paragraph = (part: readonly string[]): Block => ({ kind: 'paragraph', spans: spansOf(part.join(' ')) });
  if (first < 0) return [paragraph(lines)];
  const items: string[] = [];
  for (const line of lines.slice(first)) {
    if (line.startsWith('* ')) items.push(line.slice(2));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  const list: Block = { kind: 'list', items: items.map(spansOf) };
  return first > 0 ? [paragraph(lines.slice(0, first)), list] : [list];
}
