/** Which packages a wish makes in the end. */
import { expect, test } from 'vitest';
import { withDependencies } from '../../../main/mirror/dependencies.ts';
import { PackageIndex } from '../../../main/mirror/package-index.ts';

const stanza = (name: string, version: string, more = '') =>
  `Package: ${name}\nVersion: ${version}\nSize: 1\nInstalled-Size: 1\nFilename: pool/${name}.deb\nSHA256: ${'0'.repeat(64)}\n${more}`;
const index = (...stanzas: string[]) => new PackageIndex(Buffer.from(stanzas.join('\n')), 'trixie');
const names = (of: PackageIndex, ...wanted: string[]) => withDependencies(of, wanted).map(({ name }) => name);

test('what is needed comes first, each once, circles too', () => {
  const of = index(
    stanza('shell', '1', 'Pre-Depends: libc (>= 2)\nDepends: base\n'),
    stanza('base', '1', 'Depends: shell:any, libc\n'),
    stanza('libc', '2.1'),
    stanza('unwanted', '1'),
  );
  expect(names(of, 'shell')).toEqual(['libc', 'base', 'shell']);
  expect(names(of, 'base', 'shell').sort()).toEqual(['base', 'libc', 'shell']);
});

test('the first alternative that can be had, unless another is there anyway', () => {
  const of = index(
    stanza('tool', '1', 'Depends: absent | mawk (>= 9) | gawk\n'),
    stanza('mawk', '1'),
    stanza('gawk', '1'),
    stanza('other', '1', 'Depends: mawk | gawk\n'),
  );
  expect(names(of, 'tool')).toEqual(['gawk', 'tool']);
  expect(names(of, 'other')).toEqual(['mawk', 'other']);
  expect(names(of, 'gawk', 'other')).toEqual(['gawk', 'other']);
});

test('what another package provides, with a version where one is asked for', () => {
  const of = index(
    stanza('tool', '1', 'Depends: awk, mail (>= 3)\n'),
    stanza('mawk', '1', 'Provides: awk\n'),
    stanza('old-mail', '9', 'Provides: mail (= 2)\n'),
    stanza('new-mail', '1', 'Provides: other, mail (= 3)\n'),
  );
  expect(names(of, 'tool').sort()).toEqual(['mawk', 'new-mail', 'tool']);
});

test('the newest version', () => {
  const of = index(stanza('tool', '1.9'), stanza('tool', '1.10'), stanza('tool', '1.2'));
  expect(of.find('tool').version).toBe('1.10');
});

test('what cannot be had is named with who needs it', () => {
  expect(() => names(index(stanza('tool', '1', 'Depends: gone (>= 2) | lost\n')), 'tool')).toThrow(
    /tool 1 needs gone \(>= 2\) \| lost.*VIVARIUM_MIRROR/,
  );
  expect(() => names(index(stanza('tool', '1')), 'nothing')).toThrow('no package "nothing"');
});
