/** The tour's choices: from what it boots, and which step is next. And the help's small Markdown. */
import { describe, expect, test } from 'vitest';
import type { TemplateStatus } from '../../preload/contract/images.ts';
import { stepOf, tourTemplate } from '../../renderer/composables/tour.ts';
import { blocksOf, spansOf } from '../../renderer/views/help/markdown.ts';

const template = (name: string, parts: TemplateStatus['parts'], more: Partial<TemplateStatus> = {}) =>
  ({ name, parts, source: 'apt', ...more }) as TemplateStatus;
const HELLO = template('hello-riscv64', 'ready', { source: 'program' });
const chosen = (...templates: readonly TemplateStatus[]) => tourTemplate([...templates, HELLO])?.name;

describe('the tour', () => {
  test('boots what is here, Debian of this board before others, a system in memory before one on a disk', () => {
    const disk = template('debian-amd64-disk', 'ready', { diskBytes: 2 ** 30 });
    expect(chosen(template('debian-riscv64', 'ready'), template('debian-amd64', 'ready'))).toBe('debian-riscv64');
    expect(chosen(template('debian-riscv64', 'fetchable'), disk, template('debian-amd64', 'ready'))).toBe('debian-amd64');
    expect(chosen(template('debian-riscv64', 'unavailable'), disk)).toBe('debian-amd64-disk');
    expect(chosen(template('debian-riscv64', 'fetchable'))).toBe('debian-riscv64');
    expect(chosen(template('debian-riscv64', 'unavailable'))).toBe('hello-riscv64');
    expect(tourTemplate([])).toBeUndefined();
  });
  test('goes on with what was done, and back to the start where the machine has gone', () => {
    expect(stepOf(undefined, false, 0)).toBe(1);
    expect(stepOf({ state: 'starting' }, false, 0)).toBe(1);
    expect(stepOf({ state: 'running' }, false, 0)).toBe(2);
    expect(stepOf({ state: 'running' }, true, 0)).toBe(3);
    expect(stepOf({ state: 'off' }, true, 0)).toBe(1);
    expect(stepOf({ state: 'off' }, true, 1)).toBe(4);
  });
});

describe('Markdown of our documents', () => {
  test('headings, paragraphs, lists with what leads to them, and code', () => {
    const text = '# Title\n\nOne\ntwo.\n\nThese:\n* first\n  goes on\n* second\n\n    mount -t\n      more\n';
    expect(blocksOf(text)).toEqual([
      { kind: 'heading', level: 1, text: 'Title' },
      { kind: 'paragraph', spans: [{ kind: 'text', text: 'One two.' }] },
      { kind: 'paragraph', spans: [{ kind: 'text', text: 'These:' }] },
      { kind: 'list', items: [[{ kind: 'text', text: 'first goes on' }], [{ kind: 'text', text: 'second' }]] },
      { kind: 'code', text: 'mount -t\n  more' },
    ]);
  });
  test('code and emphasis in a line', () => {
    expect(spansOf('run `a *b*` or *c*')).toEqual([
      { kind: 'text', text: 'run ' },
      { kind: 'code', text: 'a *b*' },
      { kind: 'text', text: ' or ' },
      { kind: 'emphasis', text: 'c' },
    ]);
  });
});
