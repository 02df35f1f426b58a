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
  summary: 'rename a snapshot',
  help: `viv snapshot rename: rename a snapshot

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
  summary: 'set or print the note of a snapshot',
  help: `viv snapshot note: set the note of a snapshot; without TEXT print it, with an empty TEXT remove it

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
  summary: 'exempt a snapshot from thinning',
  text: 'keep snapshots when checkpoints are thinned or exceed their budget',
  patch: { pinned: true },
});
export const unpinPart = markPart('unpin', {
  summary: 'allow a snapshot to be thinned again',
  text: 'allow snapshots to be thinned again',
  patch: { pinned: false },
});
export const protectPart = markPart('protect', {
  summary: 'protect a snapshot from deletion',
  text: 'protect snapshots from deletion',
  patch: { protected: true },
});
export const unprotectPart = markPart('unprotect', {
  summary: 'allow a snapshot to be deleted again',
  text: 'allow snapshots to be deleted again',
  patch: { protected: false },
});

export const deletePart: Part = {
  summary: 'delete snapshots; others are not affected',
  help: `viv snapshot delete: delete snapshots

Usage: viv snapshot delete NAME SNAPSHOT...

Other snapshots and the machine are not affected, in whatever order you delete. A deleted snapshot can be restored for
a minute with viv snapshot undelete; then its space is freed. Protected snapshots are refused.

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
        print(`${quoted(deleted)} is deleted; to restore it within a minute: viv snapshot undelete ${shellWord(machine)} ${deleted.id}`);
    });
    return EXIT.ok;
  },
};

export const undeletePart: Part = {
  summary: 'restore deleted snapshots, within a minute',
  help: `viv snapshot undelete: restore snapshots that were deleted less than a minute ago

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
