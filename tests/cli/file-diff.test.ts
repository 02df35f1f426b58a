/** `viv snapshot diff --file`: as `diff -u` writes it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lineDiff } from '../../emulator/structures/line-diff.ts';
import { unified } from '../../main/cli/snapshots/file-diff.ts';

test('the pieces are those that patch takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-diff-'));
  try {
    const before = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const after = before.toSpliced(30, 3, 'new').with(5, 'other').toSpliced(0, 0, 'first');
    writeFileSync(join(folder, 'file'), `${before.join('\n')}\n`);
    writeFileSync(join(folder, 'patch'), `--- file\n+++ file\n${unified(lineDiff(before, after)).join('\n')}\n`);
    execFileSync('patch', ['-s', 'file', 'patch'], { cwd: folder, stdio: 'pipe' });
    expect(execFileSync('cat', ['file'], { cwd: folder, encoding: 'utf8' })).toBe(`${after.join('\n')}\n`);
    expect(unified(lineDiff(before, before))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
