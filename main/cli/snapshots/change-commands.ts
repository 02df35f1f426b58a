/** The commands that change snapshots without touching the machine: names, notes, marks, deleting. */
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, requireName, words, wordsAtLeast } from '../command.ts';
import type { Part } from '../command-group.ts';
import type { Snapshot, SnapshotId } from '../../../preload/contract/snapshots.ts';
import { findProgram, withProgram } from '../machines/program.ts';
import { quoted, SNAPSHOT_HELP, timelineOf } from './find-snapshot.ts';
import { print } from '../../output/print.ts';
import { shellWord } from '../../../preload/contract/foreign-text.ts';

/** A whole id (the ULID specification: Crockford's base 32). */
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

type Patch = Partial<Pick<Snapshot, 'name' | 'note' | 'pinned' | 'protected'>>;

async function change(machine: string, which: readonly string[], patch: Patch): Promise<void> {
  await withProgram(findProgram('snapshot'), async (program) => {
    const { snapshot } = await timelineOf(program, machine);
    // All words are understood before anything is changed.
    for (const { id } of which.map(snapshot)) await program.client.services.snapshots.change(id, patch);
  });
}

export const renamePart: Part = {
  summary: 'give it another name',
  help: `viv snapshot rename: give a snapshot another name

Usage: viv snapshot rename NAME SNAPSHOT NEW-NAME

${SNAPSHOT_HELP}

Examples:
  viv snapshot rename box @1 'works at last'
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [machine, which, name] = words(positionals, 'NAME', 'SNAPSHOT', 'NEW-NAME') as [string, string, string];
    requireName(name, 'NEW-NAME');
    await change(machine, [which], { name });
    return EXIT.ok;
  },
};

export const notePart: Part = {
  summary: 'write a note to it, or print the note',
  help: `viv snapshot note: write a note to a snapshot; without TEXT the note is printed, an empty TEXT removes it

Usage: viv snapshot note NAME SNAPSHOT [TEXT]

${SNAPSHOT_HELP}

Examples:
  viv snapshot note box before 'kernel 6.1, still boots'
  viv snapshot note box before
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [machine, which, note] = words(positionals, 'NAME', 'SNAPSHOT', '[TEXT]') as [string, string, string?];
    if (note !== undefined) await change(machine, [which], { note });
    else {
      const found = await withProgram(findProgram('snapshot'), async (program) => (await timelineOf(program, machine)).snapshot(which));
      if (found.note !== '') print(found.note);
    }
    return EXIT.ok;
  },
};

/** A command that sets one mark on the snapshots named. */
function markPart(verb: string, { summary, text, patch }: { summary: string; text: string; patch: Patch }): Part {
  return {
    summary,
    help: `viv snapshot ${verb}: ${text}

Usage: viv snapshot ${verb} NAME SNAPSHOT...

${SNAPSHOT_HELP}

Examples:
  viv snapshot ${verb} box before
`,
    async run(args) {
      const [machine, ...which] = wordsAtLeast(args, 'NAME', 'SNAPSHOT') as [string, ...string[]];
      await change(machine, which, patch);
      return EXIT.ok;
    },
  };
}

export const pinPart = markPart('pin', {
  summary: 'keep it when checkpoints are thinned',
  text: 'keep snapshots when checkpoints are thinned or the budget is used up',
  patch: { pinned: true },
});
export const unpinPart = markPart('unpin', {
  summary: 'let it be thinned again',
  text: 'let snapshots be thinned again',
  patch: { pinned: false },
});
export const protectPart = markPart('protect', {
  summary: 'refuse to delete it',
  text: 'refuse to delete snapshots until they are unprotected',
  patch: { protected: true },
});
export const unprotectPart = markPart('unprotect', {
  summary: 'allow to delete it again',
  text: 'allow to delete snapshots again',
  patch: { protected: false },
});

export const deletePart: Part = {
  summary: 'delete; others stay whole, in any order',
  help: `viv snapshot delete: delete snapshots

Usage: viv snapshot delete NAME SNAPSHOT...

Every snapshot is whole in itself: those that came after it stay, and so does the machine. For a minute viv snapshot
undelete brings it back; then its space returns. A protected one is refused.

${SNAPSHOT_HELP}

Examples:
  viv snapshot delete box before
  viv snapshot delete box @3 @4
`,
  async run(args) {
    const [machine, ...which] = wordsAtLeast(args, 'NAME', 'SNAPSHOT') as [string, ...string[]];
    await withProgram(findProgram('snapshot delete'), async (program) => {
      const { snapshot } = await timelineOf(program, machine);
      const found = [...new Set(which.map(snapshot))];
      await program.client.services.snapshots.delete(found.map(({ id }) => id));
      for (const deleted of found)
        print(`${quoted(deleted)} is deleted; for a minute this brings it back: viv snapshot undelete ${shellWord(machine)} ${deleted.id}`);
    });
    return EXIT.ok;
  },
};

export const undeletePart: Part = {
  summary: 'take a deletion back, within a minute',
  help: `viv snapshot undelete: bring snapshots back that were deleted less than a minute ago

Usage: viv snapshot undelete NAME ID...

ID is what viv snapshot delete printed.

Examples:
  viv snapshot undelete box 01K5A3V7N8W2M4R6T9X0Y1Z2B3
`,
  async run(args) {
    const [machine, ...ids] = wordsAtLeast(args, 'NAME', 'ID') as [string, ...string[]];
    const wrong = ids.find((id) => !ULID.test(id));
    if (wrong !== undefined) throw new CallError(`ID is what viv snapshot delete printed, 26 letters and digits, not "${wrong}"`);
    await withProgram(findProgram('snapshot undelete'), async (program) => {
      await timelineOf(program, machine);
      await program.client.services.snapshots.undelete(ids as SnapshotId[]);
    });
    return EXIT.ok;
  },
};
