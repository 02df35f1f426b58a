/** Who has a port of this computer's: as far as the system tells us. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

const LISTENING = '0A';
/** Of a UDP socket: it is bound. */
const BOUND = '07';

/** Inodes of sockets at a local port, from a table of /proc/net. */
async function socketsAt(table: string, port: number, state: string): Promise<readonly string[]> {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , found]) => local?.endsWith(`:${wanted}`) && found === state)
    .flatMap((fields) => fields[9] ?? []);
}

/** What a process is called. Node gives its first thread a name of its own, which would be all that one learns of it. */
async function nameOf(pid: string): Promise<string> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const name = (await read('comm')).trim();
  const started = name === 'MainThread' ? (await read('cmdline')).split('\0')[0] : undefined;
  return (started ? basename(started) : name) || 'a program';
}

/** The program that listens at a port, as `name (pid)`; undefined where it is not ours to know, or the system has no /proc. */
export async function portHolder(port: number, protocol: 'tcp' | 'udp'): Promise<string | undefined> {
  const state = protocol === 'tcp' ? LISTENING : BOUND;
  const inodes = (await Promise.all([protocol, `${protocol}6`].map((table) => socketsAt(table, port, state)))).flat();
  if (inodes.length === 0) return undefined;
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      const link = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
      if (links.has(link)) return `${await nameOf(pid)} (${pid})`;
    }
  }
  return undefined;
}
