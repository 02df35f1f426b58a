/** Where the file dialog opens: beside the present file, else where the last file was found, else at home. */

const KEY = 'vivarium.last-folder';

/** Where the last file was found. */
export const lastFolder = (): string | undefined => localStorage.getItem(KEY) ?? undefined;
/** Folders to try in turn; `~` is the person's home, which main resolves. */
export function firstFolders(beside: string | undefined): readonly string[] {
  const last = lastFolder();
  return [...(beside ? [beside] : []), ...(last ? [last] : []), '~', '/'];
}
export const rememberFolder = (folder: string): void => localStorage.setItem(KEY, folder);
