/** `viv completion` prints what a shell needs to complete calls of `viv`, and answers it when it asks. */
import { findHome } from '../../library/home.ts';
import { storedNames } from '../../library/names.ts';
import { print } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { complete, type Listed } from './complete.ts';
import { completionScript, SHELLS, type Shell } from './scripts.ts';

/** @param commands all of the program's */
export const completionCommand = (commands: readonly Listed[]): Command => ({
  help: `viv completion: complete commands, options and names of viv in a shell with Tab

Usage: viv completion bash|zsh|fish

Prints a script for the shell. It asks viv at every Tab, so machines, snapshots, networks and templates are completed as
they are at that moment, and options as the installed version has them.

  bash   add to ~/.bashrc: eval "$(viv completion bash)"
  zsh    add to ~/.zshrc, after compinit: eval "$(viv completion zsh)"
  fish   add to ~/.config/fish/config.fish: viv completion fish | source

Examples:
  viv completion bash > ~/.local/share/bash-completion/completions/viv
`,
  async run(args) {
    // What the scripts ask: the words of a call, which may be anything.
    if (args[0] === 'words' && args[1] === '--') return answer(commands, args.slice(2));
    const [shell] = words(readArguments(args, {}).positionals, 'SHELL') as [string];
    if (!(SHELLS as readonly string[]).includes(shell))
      throw new CallError(`there is no completion for "${shell}": one of ${SHELLS.join(', ')}`);
    print(completionScript(shell as Shell).replace(/\n$/, ''));
    return EXIT.ok;
  },
});

async function answer(commands: readonly Listed[], typed: readonly string[]): Promise<number> {
  const home = findHome();
  const { words: found, files } = await complete(commands, typed, {
    stored: (kind, machine) => storedNames(home, kind, machine),
    templates: async () => {
      const { GuestKit } = await import('../../images/index.ts');
      return new GuestKit({ home: home.folder }).templates().map(({ name }) => name);
    },
  });
  print([files ? 'files' : 'words', ...found].join('\n'));
  return EXIT.ok;
}
