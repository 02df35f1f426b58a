/** A library's home in a folder of its own, removed after the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findHome, type Home } from '../../main/library/home.ts';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const temporaryHome = (): Home => findHome({ VIVARIUM_HOME: temporaryFolder() });
