/**
 * The built-in help's source, made with the window: what `viv --help` prints of every command, and the guests' document, so that
 * neither is written twice. The list of keys is read from the window's commands by the page itself.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT } from './project.ts';

/** What is written beside the window as `help.json`. */
export interface HelpPages {
  readonly commands: readonly CommandHelp[];
  /** Markdown. */
  readonly guests: string;
}
/** A command as its `--help` tells it, and its commands of its own. */
export interface CommandHelp {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  readonly parts: readonly CommandHelp[];
}

interface Told {
  readonly help: string;
  readonly summary?: string;
  readonly parts?: Readonly<Record<string, Told>>;
}
interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Told>;
}

/** What these are made from, for whoever decides whether the window is fresh. */
export const HELP_SOURCES = ['main/cli', 'resources/guests/README.md'].map((source) => join(PROJECT, source));

const helpOf = (name: string, summary: string, { help, parts = {} }: Told): CommandHelp => ({
  ...{ name, summary, help },
  parts: Object.entries(parts).map(([word, part]) => helpOf(`${name} ${word}`, part.summary ?? '', part)),
});

/** Reads the sources. */
export async function readHelpPages(): Promise<HelpPages> {
  // By its address, so that what reads the build's configuration does not take the whole program in.
  const { commands } = (await import(pathToFileURL(join(PROJECT, 'main', 'cli', 'commands.ts')).href)) as { commands: readonly Entry[] };
  return {
    commands: await Promise.all(commands.map(async ({ name, summary, load }) => helpOf(name, summary, await load()))),
    guests: await readFile(join(PROJECT, 'resources', 'guests', 'README.md'), 'utf8'),
  };
}

/** The part of the window's build that writes them. */
export const helpPages = () => ({
  name: 'vivarium-help-pages',
  async generateBundle(this: { emitFile(file: { type: 'asset'; fileName: string; source: string }): unknown }): Promise<void> {
    this.emitFile({ type: 'asset', fileName: 'help.json', source: JSON.stringify(await readHelpPages()) });
  },
});
