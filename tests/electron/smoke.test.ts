/** The real Electron, wherever its binary is: the window opens, confined, and talks to the program. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { expect, test } from 'vitest';
import { buildElectron } from '../../main/build/electron.ts';
import { PROJECT } from '../../main/build/project.ts';
import { buildWindow } from '../../main/build/window.ts';
import { describeWith, tool } from '../kit/tools.ts';

describeWith(['electron'], 'the real Electron', () => {
  test('the window opens, confined, and talks to the program', async () => {
    await buildWindow();
    await buildElectron();
    const home = mkdtempSync(join(tmpdir(), 'vivarium-electron-'));
    const running = await _electron.launch({
      executablePath: tool('electron') ?? '',
      args: [PROJECT],
      env: { ...process.env, VIVARIUM_HOME: home } as Record<string, string>,
    });
    try {
      const page = await running.firstWindow();
      expect(page.url()).toBe('vivarium://app/index.html');
      expect(await page.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined');
      const about = await page.evaluate(() =>
        (globalThis as unknown as { vivarium: { call(...args: unknown[]): unknown } }).vivarium.call('application', 'about', []),
      );
      expect(about).toMatchObject({ ok: { shell: 'electron' } });
    } finally {
      await running.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
