/** What the build has made of the program's own help (main/build/help-pages.ts), read when it is asked for. */
import { t } from '../../words/words.ts';

export interface CommandHelp {
  readonly name: string;
  readonly summary: string;
  /** As `viv NAME --help` prints it. */
  readonly help: string;
  readonly parts: readonly CommandHelp[];
}
export interface HelpPages {
  readonly commands: readonly CommandHelp[];
  /** Markdown. */
  readonly guests: string;
}

let read: Promise<HelpPages> | undefined;

/** Reads it, once. @throws Error where it cannot be had, as after the program's end; the next call tries again */
export function readHelp(): Promise<HelpPages> {
  read ??= fetch('./help.json').then(async (answer) => {
    if (!answer.ok) throw new Error(t('help.unreadable'));
    return (await answer.json()) as HelpPages;
  });
  read.catch(() => (read = undefined));
  return read;
}
