export const carry = {
  written: '“{name}” was written to {file}',
  exportTitle: 'Export “{name}”',
  exportAbout:
    'Exports the definition, the disks and all snapshots with their memory to one file, which can be imported on another computer and by later versions.',
  notOverwritten: 'An existing file is not overwritten.',
  export: 'Export',
  theMachine: 'The machine',
  imported: '“{name}” was imported.',
  importTitle: 'Import a machine',
  importAbout:
    'Choose a file exported by Vivarium. The machine is imported with its disks and all its snapshots; if its name is taken, it gets a new one.',
  filePlaceholder: 'machine.vivarium',
  import: 'Import',
} as const;
