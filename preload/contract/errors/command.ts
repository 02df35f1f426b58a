/** Errors of the command line's own: names and numbers that mean nothing, a program that does not answer. */
import { entry, type Fault } from '../../../emulator/error/coded-error.ts';
import type { MachineState } from '../machine-state.ts';
import { counted } from '../counts.ts';
import { shellWord } from '../foreign-text.ts';

type Named = { readonly name: string };
const SECOND = 1000;

export const commandErrors = {
  'cli-library-open': entry('conflict', () => 'the library is already open in another program: viv list shows its machines'),
  'cli-program-silent': entry<{ program: string; pid: number; detail: string }>(
    'unavailable',
    ({ program, pid, detail }) =>
      `${program} (process ${pid}) has the library open and does not respond (${detail}): quit it and try again`,
  ),
  'cli-library-busy': entry<{ program: string; pid: number }>(
    'locked',
    ({ program, pid }) => `the library is in use by ${program} (process ${pid}): quit it and try again`,
  ),
  'cli-background-failed': entry<{ complaint: string }>('unavailable', ({ complaint }) =>
    complaint === '' ? 'the background process ended immediately' : complaint,
  ),
  'cli-background-silent': entry<{ milliseconds: number }>(
    'unavailable',
    ({ milliseconds }) => `the background process did not respond within ${milliseconds / SECOND} seconds`,
  ),
  'cli-machine-unknown': entry<Named & { known: readonly string[] }>(
    'missing',
    ({ name, known }) =>
      `there is no machine called "${name}"${known.length === 0 ? ': create one with viv create' : `. There are: ${known.map((each) => `"${each}"`).join(', ')}`}`,
  ),
  'cli-bin-unknown': entry<Named>(
    'missing',
    ({ name }) => `there is no machine called "${name}" in the bin: viv list --deleted shows what is in it`,
  ),
  'cli-bin-several': entry<Named & { found: readonly string[] }>(
    'conflict',
    ({ name, found }) => `${found.length} machines called "${name}" are in the bin; specify one by its id:\n${found.join('\n')}`,
  ),
  'cli-disk-unknown': entry<Named & { slot: number; count: number }>(
    'missing',
    ({ name, slot, count }) => `"${name}" has ${counted(count, 'disk')}, so there is no disk ${slot + 1}: viv disk list ${shellWord(name)}`,
  ),
  'cli-disk-moved': entry<Named & { slot: number }>(
    'missing',
    ({ name, slot }) => `disk ${slot + 1} of "${name}" was changed or removed by another program: check viv disk list and try again`,
  ),
  'cli-disk-would-be-lost': entry<Named & { slot: number }>(
    'conflict',
    ({ name, slot }) =>
      `disk ${slot + 1} of "${name}" has data that --drive would discard: add another disk with viv disk add ${shellWord(name)}, or remove this one with viv disk remove ${shellWord(name)} ${slot + 1}`,
  ),
  'cli-console-off': entry<Named & { state: MachineState; why: Fault }>(
    'conflict',
    ({ name, state, why }, say) => `"${name}" is ${state} (${say(why)}): viv start starts it, viv log shows what it printed`,
  ),
  'cli-device-unknown': entry<Named & { known: readonly string[] }>(
    'missing',
    ({ name, known }) => `there is no device "${name}". There are: ${known.join(', ')}`,
  ),
  'cli-forward-needs-nat': entry<Named>(
    'conflict',
    ({ name }) => `"${name}" has no network card to forward to: viv set ${name} --net nat gives it one`,
  ),
  'cli-forward-there': entry<Named & { forward: string }>(
    'conflict',
    ({ name, forward }) => `"${name}" has a forward of that port already (${forward}): viv forward remove takes it away`,
  ),
  'cli-forward-unknown': entry<Named & { forward: string }>(
    'missing',
    ({ name, forward }) => `"${name}" has no forward ${forward}: viv forward list shows those that it has`,
  ),
  'cli-ssh-missing': entry<{ program: string }>(
    'unavailable',
    ({ program }) => `this computer has no ${program}: install OpenSSH's client (openssh-client on Debian)`,
  ),
  'cli-ssh-failed': entry<{ program: string; detail: string }>(
    'unavailable',
    ({ program, detail }) => `${program} cannot be run: ${detail}`,
  ),
  'cli-share-unknown': entry<Named & { share: string }>(
    'missing',
    ({ name, share }) => `"${name}" shares no folder ${share}: viv share list shows those that it does`,
  ),
  'cli-no-pseudo-terminals': entry(
    'unavailable',
    () => 'Windows has no pseudo-terminals that other programs can open: viv console without --pty attaches this one',
  ),
  'cli-node-pty-missing': entry<{ detail: string }>(
    'unavailable',
    ({ detail }) =>
      `the package node-pty cannot be loaded (${detail}): run npm ci again; viv ssh, and viv console without --pty, work without it`,
  ),
  'cli-not-raw': entry<{ path: string; detail: string }>(
    'unavailable',
    ({ path, detail }) => `${path} cannot be made raw (stty: ${detail})`,
  ),
  'cli-snapshots-none': entry<Named>(
    'missing',
    ({ name }) => `"${name}" has no snapshots yet: take one with viv snapshot create ${shellWord(name)}`,
  ),
  'cli-snapshot-number': entry<Named & { count: number; digits: string }>(
    'missing',
    ({ name, count, digits }) => `"${name}" has ${counted(count, 'snapshot')}, so there is no @${digits}`,
  ),
  'cli-snapshot-unknown': entry<Named & { text: string }>(
    'missing',
    ({ name, text }) => `"${name}" has no snapshot called "${text}": viv snapshot list ${shellWord(name)} shows what it has`,
  ),
  'cli-snapshot-several': entry<Named & { text: string; found: readonly string[] }>(
    'conflict',
    ({ name, text, found }) => `"${text}" matches ${found.length} snapshots of "${name}"; specify one by its id:\n${found.join('\n')}`,
  ),
  'cli-snapshot-deleted': entry('missing', () => 'the snapshot was deleted in the meantime'),
} as const;
