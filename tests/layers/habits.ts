/** The house's habits as checks: sizes, names, no skipped tests, nothing left undone, a fixed top level. */
import type { SourceTree } from './imports.ts';

/** A file is finished when it can be read in one sitting. */
export const LONGEST_FILE = 350;
export const MEDIAN_FILE = 100;

/** Tables of rows or words that are one thing though they are long. This list may only shrink. */
export const LONG_TABLES: readonly string[] = [];

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = /^(utils?|helpers?|common|manager|misc|shared)$/;

const lines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** Files over the limit that are not listed tables, and listed tables that no longer need to be. */
export function lengthComplaints(tree: SourceTree, tables: readonly string[] = LONG_TABLES): string[] {
  const long = [...tree].filter(([, { text }]) => lines(text) > LONGEST_FILE).map(([file]) => file);
  return [
    ...long.filter((file) => !tables.includes(file)).map((file) => `${file}: more than ${LONGEST_FILE} lines; split it by purpose`),
    ...tables.filter((file) => !long.includes(file)).map((file) => `${file}: no longer a long table; take it off the list`),
  ];
}

export function medianLength(tree: SourceTree): number {
  const lengths = [...tree.values()].map(({ text }) => lines(text)).sort((a, b) => a - b);
  return lengths[Math.floor(lengths.length / 2)] ?? 0;
}

/** Files and folders whose name is an attic. */
export function nameComplaints(tree: SourceTree): string[] {
  return [...tree.keys()].filter((file) => file.split('/').some((part) => EMPTY_NAMES.test(part.replace(/\..*$/, ''))));
}

/** Built from pieces, so that this file does not complain about itself. */
const UNDONE = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
const SKIPPED = new RegExp(
  `\\b(describe|test|it|suite)(\\.\\w+)*\\.(${['skip', 'only', 'todo', 'skipIf', 'runIf', 'fails'].join('|')})\\b|\\bx(describe|it|test)\\(`,
);
/** The one place that may leave a suite out, because it reports it. */
const REPORTS_WHAT_IT_LEAVES_OUT = 'tests/kit/tools.ts';

/** Places that say that something is still to be done. */
export const undoneComplaints = (tree: SourceTree): string[] => matches(tree, UNDONE);

/** Tests that are switched off. */
export const skipComplaints = (tree: SourceTree): string[] =>
  matches(new Map([...tree].filter(([file]) => file.startsWith('tests/') && file !== REPORTS_WHAT_IT_LEAVES_OUT)), SKIPPED);

/** Whoever writes to a standard stream by another way loses what could not be written, and obeys what foreign text says. */
const WRITES =
  /\bconsole\.(log|info|warn|error|debug|table|dir|trace)\(|\b(stdout|stderr)\s*\.write\(|\bpipe\(\s*process\.std|\bwriteSync\(\s*[12]\b/;
/** Without a terminal: the build tells npm, and Electron has a log of its own. */
const WRITES_ITSELF = /^main\/(output|build|electron)\//;

/** Places in main that write to standard output or standard error and are not main/output. */
export const outputComplaints = (tree: SourceTree): string[] =>
  matches(new Map([...tree].filter(([file]) => file.startsWith('main/') && !WRITES_ITSELF.test(file))), WRITES);

/** Errors are told apart by their class; everything else in main is put together of parts. */
const INHERITS = /\bclass \w+(<[^>]*>)? extends (?!\w*Error\b)/;

/** Classes of main that extend another one that is no error. */
export const inheritanceComplaints = (tree: SourceTree): string[] =>
  matches(new Map([...tree].filter(([file]) => file.startsWith('main/'))), INHERITS);

/**
 * Where keys are read in the window. Everywhere else a key handler sits on an element, behind the guard that leaves an input
 * method its keys, and asks for what is printed on a key, never for its place.
 */
const READS_KEYS = ['renderer/composables/keys.ts'];
const LISTENS_TO_THE_PAGE = [...READS_KEYS, 'renderer/composables/window-keys.ts'];
const KEY_PLACES = /(?<!error)\.(code|keyCode)\b|['"]Key[A-Z]['"]/;
const KEY_LISTENERS = /addEventListener\(\s*['"]key(down|up|press)['"]|@keydown\.capture/;

/** Places in the window that go by a key's position, or that hear keys before an input method has had them. */
export function keyComplaints(tree: SourceTree): string[] {
  const inWindow = (except: readonly string[]) =>
    new Map([...tree].filter(([file]) => file.startsWith('renderer/') && !except.includes(file)));
  return [...matches(inWindow(READS_KEYS), KEY_PLACES), ...matches(inWindow(LISTENS_TO_THE_PAGE), KEY_LISTENERS)];
}

function matches(tree: SourceTree, pattern: RegExp): string[] {
  return [...tree].flatMap(([file, { text }]) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

/** What the project's top level holds, beside what git ignores. */
const TOP_LEVEL = [
  ...['package.json', 'electron-builder.yml', 'main', 'renderer', 'preload', 'emulator', 'resources', 'tests'],
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'LICENSE', '.ci', '.git', '.gitignore'],
];
const CONFIGURATION = [
  ...['package-lock.json', 'tsconfig.json', 'tsconfig.base.json', 'vite.config.ts', 'vitest.config.ts', 'eslint.config.js'],
  ...['.prettierrc.json', '.prettierignore', '.editorconfig', '.npmrc', '.nvmrc', '.gitattributes'],
];
const MADE_BY_PROGRAMS = ['node_modules', 'dist', '.cache', 'coverage'];

/** Entries of the top level that have no business there. */
export function topLevelComplaints(entries: readonly string[]): string[] {
  const allowed = new Set([...TOP_LEVEL, ...CONFIGURATION, ...MADE_BY_PROGRAMS]);
  return entries.filter((entry) => !allowed.has(entry));
}
