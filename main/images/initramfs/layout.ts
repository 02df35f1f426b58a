/** The guest's folders: one folder of programs and one of libraries, each under its several usual names. */

export const folders = [
  'bin',
  'dev',
  'etc',
  'etc/vivarium',
  'lib',
  'lib/modules',
  'mnt',
  'proc',
  'root',
  'run',
  'sys',
  'tmp',
  'usr',
  'usr/local',
  'usr/local/bin',
  'var',
] as const;

/** Folders that are links to others: path, link target, and the path it stands for. */
export const folderLinks = [
  ['sbin', 'bin', 'bin'],
  ['usr/bin', '../bin', 'bin'],
  ['usr/sbin', '../bin', 'bin'],
  ['usr/lib', '../lib', 'lib'],
  ['var/run', '../run', 'run'],
  ['var/tmp', '../tmp', 'tmp'],
] as const;

/** The path a file really has; an archive entry below a link would replace the link with a folder. */
export function realGuestPath(path: string): string {
  const link = folderLinks.find(([from]) => path.startsWith(`${from}/`));
  return link ? link[2] + path.slice(link[0].length) : path;
}
