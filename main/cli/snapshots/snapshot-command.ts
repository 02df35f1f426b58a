/** `viv snapshot`: everything that the timeline in the window does. */
import { commandGroup } from '../command-group.ts';
import { exportPart, importPart } from './carry-commands.ts';
import { deletePart, notePart, pinPart, protectPart, renamePart, undeletePart, unpinPart, unprotectPart } from './change-commands.ts';
import { createPart } from './create-command.ts';
import { diffPart } from './diff-command.ts';
import { filesPart, getPart } from './files-commands.ts';
import { SNAPSHOT_HELP } from './find-snapshot.ts';
import { listPart, showPart } from './list-command.ts';
import { branchPart, restorePart } from './restore-command.ts';

export const snapshotCommand = commandGroup({
  name: 'snapshot',
  title: "take, list, restore and compare a machine's snapshots",
  notes: `NAME is the machine.\n${SNAPSHOT_HELP}`,
  examples: [
    "viv snapshot create box before --note 'before the upgrade'",
    'viv snapshot list box',
    'viv snapshot restore box before',
    'viv snapshot diff box before',
  ],
  parts: {
    create: createPart,
    list: listPart,
    show: showPart,
    restore: restorePart,
    branch: branchPart,
    rename: renamePart,
    note: notePart,
    pin: pinPart,
    unpin: unpinPart,
    protect: protectPart,
    unprotect: unprotectPart,
    delete: deletePart,
    undelete: undeletePart,
    diff: diffPart,
    files: filesPart,
    get: getPart,
    export: exportPart,
    import: importPart,
  },
});
