/** The documents keep up with the project: commands exist, files are there, every dependency has its reason. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const project = JSON.parse(read('package.json')) as Record<'scripts' | 'dependencies' | 'devDependencies', Record<string, string>>;
/** npm's own commands; everything else after `npm run` is a script. */
const scriptsIn = (text: string) => [...text.matchAll(/\bnpm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, run, own]) => run ?? own ?? '');

describe.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', '.ci/run'])('%s', (file) => {
  test('names only scripts that exist', () => {
    const named = scriptsIn(read(file));
    expect(named).not.toEqual([]);
    expect(named.filter((script) => !(script in project.scripts))).toEqual([]);
  });
  test('refers only to files that are there', () => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link]) => link ?? '');
    expect(links.filter((link) => !existsSync(join(root, dirname(file), link)))).toEqual([]);
  });
});

test("continuous integration ends with the README's test command", () => {
  expect(read('README.md')).toContain('    npm ci && npm test\n');
  expect(read('.ci/run').trimEnd().split('\n').at(-1)).toBe('npm test');
  expect(statSync(join(root, '.ci/run')).mode & 0o111).not.toBe(0);
});

test('every dependency has its reason in ARCHITECTURE.md, and every reason its dependency', () => {
  const text = read('ARCHITECTURE.md').split('## What it stands on')[1]?.split('\n## ')[0] ?? '';
  const told = new Set([...text.matchAll(/`((?:@[\w-]+\/)?[\w-]+)`/g)].map(([, name]) => name ?? ''));
  const packages = Object.keys({ ...project.dependencies, ...project.devDependencies });
  expect(packages.filter((name) => !told.has(name))).toEqual([]);
  const rows = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell]) =>
    (cell ?? '').split(', ').map((name) => name.replaceAll('`', '')),
  );
  expect(rows.filter((name) => !packages.includes(name))).toEqual([]);
});
