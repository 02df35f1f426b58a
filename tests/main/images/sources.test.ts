/** apt's source lists in both forms, its configuration, and what is derived from them. */
import { describe, expect, test } from 'vitest';
import { parseAptDump, privateConfiguration } from '../../../main/images/apt/configuration.ts';
import { aptFailure } from '../../../main/images/apt/failure.ts';
import { derivedSource, findDebianSource, parseDeb822Sources, parseSourceList } from '../../../main/images/apt/sources.ts';

describe('source lists', () => {
  test('the one-line form', () => {
    const text = [
      '# deb http://old.invalid/debian x main',
      'deb-src http://a.invalid/debian stable main',
      'deb [arch=amd64 signed-by=/k.gpg trusted=yes] http://a.invalid/debian bookworm main contrib # note',
      'deb http://b.invalid/x ./',
    ].join('\n');
    expect(parseSourceList(text)).toEqual([
      { uris: ['http://a.invalid/debian'], suites: ['bookworm'], components: ['main', 'contrib'], signedBy: '/k.gpg', trusted: true },
      { uris: ['http://b.invalid/x'], suites: ['./'], components: [], trusted: false },
    ]);
  });
  test('the deb822 form, with comments, a switched-off stanza and a key in place', () => {
    const text = [
      'Types: deb deb-src',
      '# comment',
      'URIs: http://a.invalid/debian',
      '  http://b.invalid/debian',
      'Suites: bookworm bookworm-updates',
      'Components: main',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' abc',
      '',
      'Enabled: no',
      'Types: deb',
      'URIs: http://c.invalid/',
      'Suites: sid',
      'Components: main',
      '',
      'Types: deb-src',
      'URIs: http://d.invalid/',
      'Suites: sid',
      '',
    ].join('\n');
    const [source, ...others] = parseDeb822Sources(text);
    expect(others).toEqual([]);
    expect(source).toMatchObject({
      uris: ['http://a.invalid/debian', 'http://b.invalid/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      trusted: false,
    });
    const derived = derivedSource(source!, 'trixie', 'riscv64');
    expect(parseDeb822Sources(derived)).toEqual([{ ...source, suites: ['trixie'] }]);
    expect(derived).toContain('Architectures: riscv64\n');
  });
  test("Debian's archive is found among others", () => {
    const source = (uri: string, suite: string) => ({ uris: [uri], suites: [suite], components: ['main'], trusted: false });
    const list = [
      source('http://x.invalid/tool', 'nodistro'),
      source('http://s.invalid/debian-security', 'bookworm-security'),
      source('http://d.invalid/debian', 'bookworm'),
    ];
    expect(findDebianSource(list)?.uris).toEqual(['http://d.invalid/debian']);
    expect(findDebianSource([source('http://u.invalid/ubuntu', 'noble')])).toBeUndefined();
  });
});

test('the private configuration keeps the way to the network and replaces every place', () => {
  const host = parseAptDump(
    [
      'Dir "/";',
      'Dir::State "var/lib/apt";',
      'Dir::Etc::trusted "trusted.gpg";',
      'Dir::Etc::sourcelist "sources.list";',
      'Acquire::http::Proxy "http://p.invalid:1";',
      'Acquire::Languages:: "de";',
      'APT::Update::Post-Invoke:: "rm x";',
      'DPkg::Post-Invoke:: "rm y";',
    ].join('\n'),
  );
  const text = privateConfiguration(host, '/private', 'riscv64');
  expect(text).toContain('Dir::Etc::trusted "trusted.gpg";');
  expect(text).toContain('Acquire::http::Proxy "http://p.invalid:1";');
  expect(text).toContain('APT::Architecture "riscv64";');
  for (const word of ['var/lib/apt', 'Post-Invoke', '"de"', '"sources.list"']) expect(text).not.toContain(word);
});

test('a failure nobody foresaw still shows what apt said', () => {
  expect(aptFailure('E: Something odd\n', { suite: 'trixie', doing: 'downloading x' }).message).toBe(
    'downloading x: apt failed with these messages: (apt: E: Something odd)',
  );
});
