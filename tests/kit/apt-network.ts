/**
 * Whether apt can fetch from its own sources now. Asked through apt itself, so that its proxies and mirrors count;
 * the answer is kept for a while, because every test process asks.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ANSWER = fileURLToPath(new URL('../../.cache/tools/apt-network', import.meta.url));
/** Long enough for one run of the tests, short enough that a repaired network is noticed. */
const KEPT_MS = 10 * 60_000;
const LIMIT_MS = 20_000;
const HELPER = '/usr/lib/apt/apt-helper';

/** True when apt's first source answers. */
export function aptReachesItsMirror(): boolean {
  const kept = keptAnswer();
  if (kept !== undefined) return kept;
  const answer = ask();
  mkdirSync(join(ANSWER, '..'), { recursive: true });
  writeFileSync(ANSWER, answer ? 'yes' : 'no');
  return answer;
}

function keptAnswer(): boolean | undefined {
  try {
    return Date.now() - statSync(ANSWER).mtimeMs < KEPT_MS ? readFileSync(ANSWER, 'utf8') === 'yes' : undefined;
  } catch {
    return undefined;
  }
}

function ask(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-apt-'));
  try {
    const listed = execFileSync('apt-get', ['update', '--print-uris'], { encoding: 'utf8', timeout: LIMIT_MS, stdio: 'pipe' });
    const source = /^'([^']+)'/m.exec(listed)?.[1];
    if (source === undefined) return false;
    execFileSync(HELPER, ['download-file', source, join(folder, 'release')], { timeout: LIMIT_MS, stdio: 'pipe' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
