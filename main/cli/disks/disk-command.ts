/** `viv disk`: a machine's disks, one by one. */
import { commandGroup } from '../command-group.ts';
import { addPart, removePart } from './add-command.ts';
import { acceptPart, compactPart, resizePart } from './care-commands.ts';
import { exportPart, importPart } from './image-commands.ts';
import { listPart } from './list-command.ts';
import { setPart } from './set-command.ts';

export const diskCommand = commandGroup({
  name: 'disk',
  title: "add, import, export and manage a machine's disks",
  notes: 'NAME is the machine; DISK is a number in viv disk list, starting at 1.',
  examples: ['viv disk add box --size 4G', 'viv disk list box', 'viv disk export box 1 box.qcow2'],
  parts: {
    list: listPart,
    add: addPart,
    set: setPart,
    remove: removePart,
    import: importPart,
    export: exportPart,
    resize: resizePart,
    compact: compactPart,
    accept: acceptPart,
  },
});
