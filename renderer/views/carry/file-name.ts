/** A name that every file system takes, from a name that a person gave. */

/** Signs that some file system refuses become dashes; dots at the ends would hide the file or be lost. */
export const fileNameOf = (name: string): string =>
  name
    .replace(/[\\/:*?"<>|\p{Cc}]/gu, '-')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 80) || 'machine';
