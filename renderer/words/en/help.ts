export const help = {
  title: 'Help',
  stories: 'Parts of the window (for developers)',
  firstSteps: 'First steps',
  commandLine: 'Command line',
  guests: 'Guests',
  reading: 'Reading the help…',
  about:
    'Vivarium emulates whole computers: processor, memory and devices. Each machine has consoles to type at, a timeline of snapshots to go back to, and hardware that can be changed.',
  find: 'Find anything',
  findText: '{key} lists every action, with its key and its command. In a console, {consoleKey} does.',
  goBack: 'Go back',
  goBackText:
    '{key} takes a snapshot while the machine runs. The timeline shows all of them; restoring one keeps the present first, so nothing is lost.',
  read: 'Read what has gone by',
  readText: 'Consoles are kept whole: “Earlier output” goes to the first line, {key} searches those of all machines.',
  bring: 'Bring your own',
  bringText: 'Drop a kernel, an initrd, a disk image or an exported machine anywhere in the window.',
  fromShell:
    'Everything that the window does can be done from a shell as well: “Show commands” in a machine’s menu lists the lines that do the same, and the list of actions shows one under each.',
  findCommand: 'Find a command',
  findCommandHint: 'Find a command or an option',
  found: '{count} of {all} commands',
  unreadable: 'The help cannot be read: reload the window',
} as const;
