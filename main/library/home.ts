/** Where the library lives, and where the running program listens, by each system's conventions. */
import { createHash } from 'node:crypto';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** A Unix socket's path may have 107 bytes (sun_path, unix(7)); longer homes get their socket elsewhere. */
const LONGEST_SOCKET_PATH = 100;

export interface Home {
  readonly folder: string;
  /** The SQLite file. */
  readonly library: string;
  /** Says which program has the library open. */
  readonly lock: string;
  /** The local socket of that program, a named pipe on Windows. */
  readonly socket: string;
}

function platformFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Vivarium');
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Vivarium');
  const data = environment['XDG_DATA_HOME'];
  // The XDG base directory specification: a relative path is invalid and to be ignored.
  return join(data && isAbsolute(data) ? data : join(homedir(), '.local', 'share'), 'vivarium');
}

/** The folder of `$VIVARIUM_HOME`, or the platform's own place. Nothing is created. */
export function findHome(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): Home {
  const folder = environment['VIVARIUM_HOME'] ? resolve(environment['VIVARIUM_HOME']) : platformFolder(environment, platform);
  return {
    folder,
    library: join(folder, 'library.db'),
    lock: join(folder, 'library.lock'),
    socket: socketPath(folder, environment, platform),
  };
}

function socketPath(folder: string, environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\vivarium-${digest}`;
  const inside = join(folder, 'socket');
  if (Buffer.byteLength(inside) <= LONGEST_SOCKET_PATH) return inside;
  const runtime = environment['XDG_RUNTIME_DIR'];
  return runtime ? join(runtime, `vivarium-${digest}`, 'socket') : join(tmpdir(), `vivarium-${userInfo().uid}-${digest}`, 'socket');
}
