/** The commands of `viv`, each loaded only when it is called: `viv run` must start fast. */
import type { Command } from './command.ts';

export interface CommandEntry {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  load(): Promise<Command>;
}

type MachineCommands = typeof import('./machines/machine-commands.ts');
const machine = (name: keyof MachineCommands['machineCommands'], summary: string): CommandEntry => ({
  name,
  summary,
  load: async () => (await import('./machines/machine-commands.ts')).machineCommands[name],
});

export const commands: readonly CommandEntry[] = [
  { name: 'run', summary: 'run a temporary machine in this terminal', load: async () => (await import('./run/run-command.ts')).runCommand },
  { name: 'create', summary: 'create a machine', load: async () => (await import('./machines/create-command.ts')).createCommand },
  { name: 'set', summary: 'change a machine', load: async () => (await import('./machines/set-command.ts')).setCommand },
  {
    name: 'list',
    summary: 'list the machines and their states',
    load: async () => (await import('./machines/list-command.ts')).listCommand,
  },
  {
    name: 'history',
    summary: 'list what was changed of a machine, and go back to any of it',
    load: async () => (await import('./machines/history-command.ts')).historyCommand,
  },
  { name: 'show', summary: 'show one machine in full', load: async () => (await import('./machines/list-command.ts')).showCommand },
  {
    name: 'devices',
    summary: "show a running machine's devices and registers",
    load: async () => (await import('./machines/devices-command.ts')).devicesCommand,
  },
  {
    name: 'duplicate',
    summary: 'make a copy of a machine',
    load: async () => (await import('./machines/duplicate-command.ts')).duplicateCommand,
  },
  {
    name: 'fork',
    summary: 'run a second machine beside one, from where it is now or from a snapshot',
    load: async () => (await import('./machines/fork-command.ts')).forkCommand,
  },
  machine('start', 'start machines; they run in the background'),
  {
    name: 'continue',
    summary: 'resume machines that were running when Vivarium ended',
    load: async () => (await import('./machines/continue-command.ts')).continueCommand,
  },
  {
    name: 'console',
    summary: 'attach this terminal to a console',
    load: async () => (await import('./machines/console-command.ts')).consoleCommand,
  },
  {
    name: 'attach',
    summary: 'open a console to other programs',
    load: async () => (await import('./machines/attach-command.ts')).attachCommand,
  },
  {
    name: 'exec',
    summary: "run a command in a machine's guest",
    load: async () => (await import('./exec/exec-command.ts')).execCommand,
  },
  { name: 'log', summary: 'print what a console printed', load: async () => (await import('./machines/log-command.ts')).logCommand },
  {
    name: 'search',
    summary: 'find lines in what all consoles printed',
    load: async () => (await import('./machines/search-command.ts')).searchCommand,
  },
  machine('pause', 'pause machines'),
  machine('resume', 'resume paused machines'),
  machine('reset', 'reset machines'),
  machine('suspend', 'save machines with their memory and stop them'),
  {
    name: 'shutdown',
    summary: 'ask guests to shut down',
    load: async () => (await import('./machines/shutdown-command.ts')).shutdownCommand,
  },
  machine('stop', 'stop machines, like pulling the plug'),
  {
    name: 'snapshot',
    summary: "take, list and restore a machine's snapshots",
    load: async () => (await import('./snapshots/snapshot-command.ts')).snapshotCommand,
  },
  { name: 'disk', summary: "manage a machine's disks", load: async () => (await import('./disks/disk-command.ts')).diskCommand },
  {
    name: 'forward',
    summary: 'forward ports of this computer to a guest',
    load: async () => (await import('./network/forward-command.ts')).forwardCommand,
  },
  {
    name: 'network',
    summary: 'make, list and delete networks that machines share',
    load: async () => (await import('./network/network-command.ts')).networkCommand,
  },
  {
    name: 'link',
    summary: "pull or plug in a network card's cable",
    load: async () => (await import('./network/link-command.ts')).linkCommand,
  },
  {
    name: 'traffic',
    summary: "show a guest's connections, the names it asks for and what it cannot reach",
    load: async () => (await import('./network/traffic-command.ts')).trafficCommand,
  },
  {
    name: 'capture',
    summary: 'write what a network card sends and receives to a file',
    load: async () => (await import('./network/capture-command.ts')).captureCommand,
  },
  {
    name: 'connect',
    summary: 'join this terminal or pipe to a TCP port of a guest',
    load: async () => (await import('./network/connect-command.ts')).connectCommand,
  },
  { name: 'ssh', summary: "log in to a machine's guest", load: async () => (await import('./network/ssh-command.ts')).sshCommand },
  { name: 'cp', summary: 'copy files to or from a guest', load: async () => (await import('./network/cp-command.ts')).cpCommand },
  {
    name: 'share',
    summary: 'share folders of this computer with a guest',
    load: async () => (await import('./shares/share-command.ts')).shareCommand,
  },
  machine('delete', 'move machines to the bin'),
  machine('undelete', 'restore a machine from the bin'),
  {
    name: 'purge',
    summary: 'permanently delete machines in the bin',
    load: async () => (await import('./machines/purge-command.ts')).purgeCommand,
  },
  machine('undo', 'undo the last change to a machine'),
  {
    name: 'templates',
    summary: 'list the templates',
    load: async () => (await import('./machines/template-commands.ts')).templatesCommand,
  },
  {
    name: 'template',
    summary: 'save machines as templates, and delete those',
    load: async () => (await import('./machines/saved-template-command.ts')).templateCommand,
  },
  {
    name: 'fetch',
    summary: 'download the parts of a template',
    load: async () => (await import('./machines/template-commands.ts')).fetchCommand,
  },
  {
    name: 'usage',
    summary: 'show what the library takes of this computer',
    load: async () => (await import('./usage-command.ts')).usageCommand,
  },
  { name: 'serve', summary: 'keep machines running without a window', load: async () => (await import('./serve-command.ts')).serveCommand },
  { name: 'library', summary: 'check or repair the library', load: async () => (await import('./library-command.ts')).libraryCommand },
  {
    name: 'completion',
    summary: 'complete calls of viv in a shell with Tab',
    load: async () => (await import('./completion/completion-command.ts')).completionCommand(commands),
  },
  { name: 'disasm', summary: 'disassemble a program', load: async () => (await import('./disasm-command.ts')).disasmCommand },
];

/** What `viv --help` prints. */
export function overview(): string {
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n');
  return `viv: virtual machines with a built-in emulator

Usage: viv COMMAND [ARGUMENT]...

${list}

Run viv COMMAND --help for details and examples. Machines are stored in $VIVARIUM_HOME or the default data folder.

Examples:
  viv run --template debian-riscv64                     Linux on this terminal; Ctrl-A X leaves
  viv run --template debian-riscv64 --run 'uname -m'    run one command in Linux
  viv create box --template debian-riscv64              make a machine
  viv start box && viv console box                      start it and attach to it
  viv snapshot create box before; viv snapshot restore box before
`;
}
