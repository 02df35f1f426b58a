/** What a person reads or hears comes out of the catalogue: no view, component or composable holds a text of its own. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { parse } from 'vue/compiler-sfc';

const ROOT = fileURLToPath(new URL('../../renderer/', import.meta.url));
/** The kit's page is for who builds views. */
const isForReaders = (file: string) => /\.(vue|ts)$/.test(file) && !file.startsWith('views/stories/');
const files = ['app', 'components', 'composables', 'console', 'stores', 'views'].flatMap((room) =>
  readdirSync(`${ROOT}${room}`, { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
);

/** Attributes and properties that are shown or read out. */
const SHOWN = new Set(['title', 'label', 'placeholder', 'hint', 'tip', 'alt', 'empty', 'aria-label', 'aria-description', 'aria-valuetext']);
/** Names of programs, formats, protocols, units and keys, which are the same everywhere. */
const NAMES = new Set(
  ['SSH', 'TCP', 'UDP', 'PCI', 'SHA-256', 'JSON', 'DSL', 'CPU', 'IPv6', 'MIPS', 'Node', 'raw', 'qcow2', 'nat', 'apt', 'viv'].concat([
    ...['Vivarium', 'English', 'Deutsch', 'Esc', 'MiB', 'GiB', 'TiB', 'ttyS0', 'F2', 'F6', 'F8'],
  ]),
);
const isWords = (text: string) => text.split(/[^\p{L}\d-]+/u).some((word) => /\p{L}{2}/u.test(word) && !NAMES.has(word));
/** A literal in code that reads like a phrase: a capital and a blank, or a sentence's end; not what is typed into a shell. */
const isPhrase = (text: string) =>
  !text.endsWith('\r') &&
  /^[\s“]*\p{Lu}?\p{Ll}+[\p{L}’,]* \p{L}/u.test(text) &&
  (/^[\s“]*\p{Lu}/u.test(text) || /[.?!…:]\s*$/.test(text)) &&
  isWords(text);

interface Node {
  readonly type: number;
  readonly content?: string | { readonly loc: { readonly source: string } };
  readonly loc: { readonly start: { readonly line: number } };
  readonly props?: readonly {
    readonly type: number;
    readonly name: string;
    readonly value?: { readonly content: string };
    readonly arg?: { readonly content: string };
    readonly exp?: { readonly loc: { readonly source: string } };
  }[];
  readonly children?: readonly Node[];
}
const [TEXT, INTERPOLATION, ATTRIBUTE] = [2, 5, 6];

/** The literals of a piece of code, without imports, types and errors that are bugs. */
function literalsIn(code: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isNewExpression(node)) return;
    if (ts.isCallExpression(node) && /^(console\.|inject|defineStore|t$)/.test(node.expression.getText())) return;
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    else if (ts.isTemplateExpression(node))
      found.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…'));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('code.ts', code, ts.ScriptTarget.Latest, true));
  return found;
}
function ofTemplate(node: Node): readonly string[] {
  const line = node.loc.start.line;
  const here: string[] = [];
  const note = (text: string) => here.push(`${line}: ${text.trim().replaceAll(/\s+/g, ' ')}`);
  if (node.type === TEXT && isWords(String(node.content))) note(String(node.content));
  const code = node.type === INTERPOLATION && typeof node.content === 'object' ? node.content.loc.source : '';
  literalsIn(`(${code || 0})`)
    .filter(isPhrase)
    .forEach(note);
  for (const { type, name, value, arg, exp } of node.props ?? []) {
    if (type === ATTRIBUTE && SHOWN.has(name) && isWords(value?.content ?? '')) note(`${name}="${value?.content}"`);
    if (exp && name === 'bind' && SHOWN.has(arg?.content ?? '')) literalsIn(`(${exp.loc.source})`).filter(isPhrase).forEach(note);
  }
  return [...here, ...(node.children ?? []).flatMap(ofTemplate)];
}

test.each(files.filter(isForReaders))('%s takes its texts from the catalogue', (file) => {
  const source = readFileSync(`${ROOT}${file}`, 'utf8');
  if (file.endsWith('.ts')) return expect(literalsIn(source).filter(isPhrase)).toEqual([]);
  const { template, scriptSetup } = parse(source).descriptor;
  const inScript = literalsIn(scriptSetup?.content ?? '').filter(isPhrase);
  expect([...inScript, ...(template?.ast ? ofTemplate(template.ast as unknown as Node) : [])]).toEqual([]);
});

test('a text that is not from the catalogue is seen wherever it may stand', () => {
  const { template } = parse(
    `<template><p title="Good day">{{ a ? 'Well then' : t('x') }} Hello <b :aria-label="\`Go to \${b}\`" /></p></template>`,
  ).descriptor;
  expect(ofTemplate(template?.ast as unknown as Node).map((found) => found.replace(/^\d+: /, ''))).toEqual([
    'title="Good day"',
    'Well then',
    'Hello',
    'Go to …',
  ]);
  expect(literalsIn(`const a = { text: 'The disk was written.' }; throw new Error('Never seen');`).filter(isPhrase)).toEqual([
    'The disk was written.',
  ]);
});
