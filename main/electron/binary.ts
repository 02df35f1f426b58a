/**
 * Where Electron's binary is. The npm package carries only a launcher; the binary is fetched into its `dist` folder
 * by the package's own installer, which writes the program's name to `path.txt`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ELECTRON_PACKAGE = fileURLToPath(new URL('../../node_modules/electron', import.meta.url));

/** The path of Electron's binary, or nothing where it was not fetched. */
export function electronBinary(): string | undefined {
  const elsewhere = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const folder = elsewhere ?? join(ELECTRON_PACKAGE, 'dist');
  const named = join(ELECTRON_PACKAGE, 'path.txt');
  const program = existsSync(named) ? readFileSync(named, 'utf8') : process.platform === 'win32' ? 'electron.exe' : 'electron';
  const binary = join(folder, program);
  return existsSync(binary) ? binary : undefined;
}
