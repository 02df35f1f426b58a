/** A command that is a family of commands: `viv snapshot list`, `viv disk add`. */
import { CallError } from './call-error.ts';
import type { Command } from './command.ts';

export interface Part extends Command {
  /** One line for the family's list. */
  readonly summary: string;
}

export interface Family {
  readonly name: string;
  /** What they are about, after the name. */
  readonly title: string;
  /** After the list. */
  readonly notes: string;
  readonly examples: readonly string[];
  readonly parts: Readonly<Record<string, Part>>;
}

const SUMMARY_AT = 11;

/** Makes the command; called without one of its parts it says which there are. */
export function commandGroup({ name, title, notes, examples, parts }: Family): Command {
  const list = Object.entries(parts).map(([part, { summary }]) => `  ${part.padEnd(SUMMARY_AT)}${summary}`);
  return {
    help: `viv ${name}: ${title}

Usage: viv ${name} COMMAND NAME [ARGUMENT]...

${list.join('\n')}

${notes}
Run viv ${name} COMMAND --help for details.

Examples:
${examples.map((example) => `  ${example}`).join('\n')}
`,
    parts,
    run([word]) {
      const there = Object.keys(parts).join(', ');
      throw new CallError(
        word === undefined || word.startsWith('-')
          ? `COMMAND is missing: one of ${there}`
          : `there is no command "viv ${name} ${word}"; there are: ${there}`,
      );
    },
  };
}
