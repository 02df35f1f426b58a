/**
 * Where Electron's binary is, and whether this computer can show its window at all. The npm package carries only a launcher; the binary is fetched into its `dist` folder
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

/** Why Electron cannot show a window here at all, whether or not its binary is present. */
export function obstacle(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, uid: number | undefined): string | undefined {
  if (platform !== 'linux') return undefined;
  if (!environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) return 'There is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)';
  if (uid === 0) return 'Electron does not run as root with its sandbox, and Vivarium does not run without it';
  return undefined;
}
