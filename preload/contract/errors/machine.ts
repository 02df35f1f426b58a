/** Errors about machines, their configuration, their runs and their guests. */
import { entry, type Fault } from '../../../emulator/error/coded-error.ts';
import { shellWord } from '../foreign-text.ts';
import type { MachineState } from '../machine-state.ts';

type Named = { readonly name: string };

export const machineErrors = {
  'machine-gone': entry('missing', () => 'this machine no longer exists'),
  'machine-in-bin': entry<Named>('missing', ({ name }) => `"${name}" is in the bin: restore it first`),
  'machine-name-taken': entry<Named>('conflict', ({ name }) => `there is already a machine called "${name}": choose another name`),
  'machine-not-in-bin': entry<Named>('conflict', ({ name }) => `"${name}" is not in the bin`),
  'machine-busy': entry<Named & { state: MachineState }>(
    'conflict',
    ({ name, state }) => `"${name}" is ${state}: wait a moment and try again`,
  ),
  'machine-must-stop': entry<Named & { state: MachineState; before: string }>(
    'conflict',
    ({ name, state, before }) => `"${name}" is ${state}: stop it before ${before}`,
  ),
  'machine-already': entry<{ state: MachineState }>('conflict', ({ state }) => `the machine is already ${state}`),
  'machine-not-in-state': entry<{ state: MachineState; wanted: readonly string[] }>(
    'conflict',
    ({ state, wanted }) => `the machine is ${state}, not ${wanted.join(' or ')}`,
  ),
  'machine-stopped-while-starting': entry('conflict', () => 'the machine was stopped while it was starting'),
  'machine-failed': entry<{ why: Fault }>('unavailable', ({ why }, say) => `the machine failed: ${say(why)}`),
  'machine-off': entry<{ why: Fault }>('unavailable', ({ why }, say) => `the machine is off: ${say(why)}`),
  'machine-not-running': entry<{ why: Fault }>('conflict', ({ why }, say) => `the machine is not running (${say(why)})`),
  'machine-not-restarted': entry<{ why: Fault }>('unavailable', ({ why }, say) => say(why)),
  'machine-threads-linger': entry<{ seconds: number }>('internal', ({ seconds }) => `its threads did not end within ${seconds} seconds`),
  'shutdown-no-way': entry<Named>(
    'unavailable',
    ({ name }) =>
      `"${name}" cannot be asked to shut down: its board has no power button, and no agent answers in its guest. Shut it down from inside, or stop it`,
  ),
  'shutdown-not-heeded': entry<Named & { seconds: number; asked: 'agent' | 'power button' }>(
    'unavailable',
    ({ name, seconds, asked }) =>
      `"${name}" still runs ${seconds} s after ${
        asked === 'agent' ? 'its agent was asked to shut it down' : 'its power button was pressed; its guest may not listen for it'
      }. Shut it down from inside, or stop it`,
  ),
  'machine-reboots': entry<{ times: number; seconds: number }>(
    'unavailable',
    ({ times, seconds }) => `the guest rebooted ${times} times in a row within ${seconds} seconds of starting`,
  ),
  'machine-lingers': entry(
    'conflict',
    () => 'a thread of its last run does not respond and may still write to its disks: try again later, or restart Vivarium',
  ),
  'machine-no-console': entry<Named & { console: number; last: number; lastName: string }>(
    'missing',
    ({ name, console, last, lastName }) => `"${name}" has no console ${console}: its last is ${last} (${lastName})`,
  ),
  'door-gone': entry<{ id: string }>('missing', ({ id }) => `there is no way ${id} to a console of that machine: it was closed`),
  'door-refused': entry<{ where: string; detail: string }>(
    'unavailable',
    ({ where, detail }) => `a console cannot be reached at ${where} (${detail}): choose another place`,
  ),
  'ssh-not-open': entry('missing', () => 'that machine has no console with an SSH session now: its SSH button opens one'),
  'machine-source-unclear': entry('invalid', () => 'a machine is created either from a template or from a definition'),
  'machine-booted-needs-template': entry('invalid', () => 'only template machines can start pre-booted'),

  'change-none': entry<Named>('conflict', ({ name }) => `"${name}" has no more changes to undo`),
  'change-was-restore': entry<Named>(
    'conflict',
    ({ name }) => `the last change of "${name}" was restoring a snapshot: to undo it, restore the snapshot that was kept before it`,
  ),
  'change-unknown': entry<{ number: number }>(
    'missing',
    ({ number }) => `the machine has no change ${number} in its history: viv history lists them`,
  ),
  'change-damaged': entry<{ number: number }>(
    'unavailable',
    ({ number }) => `change ${number} cannot be read any more: choose another one`,
  ),
  'change-record-damaged': entry<Named>(
    'damaged',
    ({ name }) => `the record of the last change of "${name}" is damaged, so it cannot be undone: change the machine itself`,
  ),
  'configuration-changed': entry<Named & { fields: readonly string[] }>(
    'changed',
    ({ name, fields }) =>
      `the configuration of "${name}" was changed elsewhere in the meantime (${fields.join(', ')}); nothing was saved: check it and try again`,
  ),
  'purge-gone': entry('missing', () => 'this machine is no longer in the bin'),
  'purge-not-in-bin': entry<Named>('conflict', ({ name }) => `"${name}" is not in the bin: delete it first`),

  'boot-file-not-set': entry<{ what: string }>('unavailable', ({ what }) => `no ${what} is set: choose one under Hardware`),
  'boot-file-missing': entry<{ what: string; path: string }>(
    'unavailable',
    ({ what, path }) => `${what} file not found: ${path}: put the file back or choose another`,
  ),
  'share-folder-unusable': entry<{ path: string; why: Fault }>(
    'unavailable',
    ({ path, why }, say) => `the shared folder ${path} cannot be used: ${say(why)}`,
  ),
  'share-no-folder': entry<{ path: string }>('invalid', ({ path }) => `${path} is no folder: share the folder that it is in`),
  'machine-file-unusable': entry<{ what: string; why: Fault }>(
    'unavailable',
    ({ what, why }, say) => `${what} cannot be used: ${say(why)}`,
  ),

  'machine-no-card': entry<Named & { card: number; cards: number }>('missing', ({ name, card, cards }) =>
    cards === 0
      ? `"${name}" has no network card: viv set ${shellWord(name)} --net nat gives it one`
      : `"${name}" has no network card ${card}: its last is ${cards}`,
  ),
  'machine-no-nat': entry<Named>(
    'conflict',
    ({ name }) =>
      `"${name}" runs without a network that leads from this computer into its guest: viv set ${shellWord(name)} --net nat, then start it anew`,
  ),
  'network-unknown': entry<Named & { known: readonly string[] }>('missing', ({ name, known }) =>
    known.length === 0
      ? `there is no network "${name}": make it with viv network create ${shellWord(name)}`
      : `there is no network "${name}": there are nat, ${known.join(', ')}; viv network create ${shellWord(name)} makes it`,
  ),
  'network-taken': entry<Named>('conflict', ({ name }) => `there is a network "${name}" already`),
  'networks-too-many': entry<{ most: number }>(
    'conflict',
    ({ most }) => `there are ${most} networks, the most that have addresses: delete one`,
  ),
  'network-full': entry<Named>('conflict', ({ name }) => `the network "${name}" has no address left for another card`),
  'network-in-use': entry<Named & { machines: readonly string[] }>(
    'conflict',
    ({ name, machines }) =>
      `the network "${name}" is in use by ${machines.map((each) => `"${each}"`).join(', ')}: give their cards another with viv set first`,
  ),
  'network-in-use-by-run': entry<Named & { machines: readonly string[] }>(
    'conflict',
    ({ name, machines }) =>
      `the network "${name}" is in use by ${machines.map((each) => `"${each}"`).join(', ')}, which viv run started: end that first`,
  ),
  'network-ended': entry('unavailable', () => 'the network has ended'),
  'stream-machine-ended': entry('unavailable', () => 'the machine has ended'),
  'stream-broken': entry('unavailable', () => 'the guest broke the connection off'),
  'stream-guest-changed': entry('unavailable', () => 'the connection is gone: the machine went back to a snapshot, was reset or is ending'),
  'guest-port-closed': entry<{ port: number }>('unavailable', ({ port }) => `nothing in the guest listens at port ${port}`),
  'guest-port-silent': entry<{ port: number }>(
    'unavailable',
    ({ port }) => `the guest does not answer at port ${port}: it may be busy, or a firewall of its own drops what comes`,
  ),
  'guest-network-apart': entry(
    'conflict',
    () => 'the network of its card does not lead to this computer: give it another card with viv set --net nat',
  ),
  'guest-no-network': entry('unavailable', () => 'the guest has no network yet: it has not asked for an address for 30 seconds'),
  'guest-connections-too-many': entry('conflict', () => 'the guest has too many connections: close some and try again'),

  'command-too-long': entry<{ most: number }>(
    'invalid',
    ({ most }) => `the command is longer than ${most} bytes, the most that Linux takes`,
  ),
  'command-zero-byte': entry('invalid', () => 'a command cannot contain a zero byte'),
  'commands-too-many': entry<{ most: number }>('conflict', ({ most }) => `${most} commands are running in the guest already`),
  'guest-lost': entry<{ why: Fault }>('conflict', ({ why }, say) => say(why)),
  'guest-is-lost': entry<Named & { why: Fault }>('conflict', ({ name, why }, say) => `"${name}": ${say(why)}`),
  'guest-off': entry<Named & { state: MachineState; why: Fault }>(
    'conflict',
    ({ name, state, why }, say) => `"${name}" is ${state} (${say(why)}): viv start starts it`,
  ),
  'guest-paused': entry<Named>('conflict', ({ name }) => `"${name}" is paused: viv resume resumes it`),
  'guest-starting': entry<Named>('conflict', ({ name }) => `"${name}" is still starting: try again in a moment`),
  'guest-no-agent-port': entry<Named & { port: string }>(
    'conflict',
    ({ name, port }) =>
      `"${name}" runs without the port ${port}, which commands require: it was started by an earlier version or was not created from a Linux template. A machine of such a template gets the port after viv stop and viv start`,
  ),
  'guest-not-frozen': entry<{ detail: string }>(
    'unavailable',
    ({ detail }) => `the guest's file systems could not be brought to rest: ${detail}`,
  ),
  'guest-silent': entry<Named & { seconds: number }>(
    'unavailable',
    ({ name, seconds }) =>
      `the guest of "${name}" did not respond within ${seconds} seconds: it has not booted, or does not run the guest kit's agent`,
  ),
} as const;
