/** Debian's order of versions, held to examples and to dpkg itself. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { compareVersions, fulfils } from '../../../main/mirror/version.ts';
import { describeWith } from '../../kit/tools.ts';

test.each([
  ['1.0', '<<', '1.0.1'],
  ['1.9', '<<', '1.10'],
  ['1.0~rc1', '<<', '1.0'],
  ['1.0~~', '<<', '1.0~'],
  ['1.0', '<<', '1.0a'],
  ['1.0a', '<<', '1.0+b1'],
  ['1.0-1', '<<', '1.0-1+deb13u1'],
  ['9', '<<', '1:1'],
  ['1.0', '=', '1.0-0'],
  ['1.00', '=', '1.0'],
  ['20250101123456789012345', '<<', '20250101123456789012346'],
] as const)('%s %s %s', (one, relation, other) => {
  expect(fulfils(one, relation, other)).toBe(true);
  if (relation === '<<') expect(fulfils(other, '>>', one)).toBe(true);
  expect([fulfils(one, '<=', other), fulfils(one, '>=', other)]).toEqual([true, relation === '=']);
});

describeWith(['dpkg'], 'as dpkg compares', () => {
  test('random versions', () => {
    const seed = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 1_000_000);
    console.log(`seed ${seed}`);
    let state = seed;
    const next = (below: number) => (state = (state * 1103515245 + 12345) % 2147483648) % below;
    const word = () => Array.from({ length: next(5) }, () => 'a0Z1~+.9b'[next(9)]).join('');
    const version = () => `${next(3) === 0 ? `${next(2)}:` : ''}${next(10)}${word()}${next(2) === 0 ? `-${next(3)}${word()}` : ''}`;
    const pairs = Array.from({ length: 300 }, () => [version(), version()] as const);
    const script = 'while read -r a b; do for r in lt eq gt; do dpkg --compare-versions "$a" "$r" "$b" && echo "$r"; done; done';
    const { stdout } = spawnSync('sh', ['-c', script], { input: pairs.map((pair) => pair.join(' ')).join('\n') + '\n', encoding: 'utf8' });
    const words = ['lt', 'eq', 'gt'];
    const ours = pairs.map(([one, other]) => words[Math.sign(compareVersions(one, other)) + 1]);
    expect(ours.map((word_, at) => `${pairs[at]!.join(' ')} ${word_}`)).toEqual(
      stdout
        .trim()
        .split('\n')
        .map((word_, at) => `${pairs[at]!.join(' ')} ${word_}`),
    );
  });
});
