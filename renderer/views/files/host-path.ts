/** Paths of the host as text; the window cannot know its system, so both separators are understood. */

const separatorOf = (path: string) => (path.includes('\\') && !path.includes('/') ? '\\' : '/');

/** An entry's path inside a folder. */
export function joinPath(folder: string, name: string): string {
  const separator = separatorOf(folder);
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

/** The folder a file lies in; nothing for a bare name. */
export function folderOf(path: string): string | undefined {
  const separator = separatorOf(path);
  const at = path.lastIndexOf(separator);
  if (at < 0) return undefined;
  return at === 0 ? separator : path.slice(0, at);
}

/** The last part of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf(separatorOf(path)) + 1);

/** A file's name that every file system takes, from a name a person gave. Signs that some file system refuses become dashes; dots at the ends would hide the file or be lost. */
export const fileNameOf = (name: string): string =>
  name
    .replace(/[\\/:*?"<>|\p{Cc}]/gu, '-')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 80) || 'machine';
