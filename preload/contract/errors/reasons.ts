/**
 * Why a machine or a snapshot is as it is: no errors, but closed values like them, put into words in the same catalogue.
 * An error is a reason too, where something failed.
 */
import { entry, type Entry, type Fact, type Fault } from '../../../emulator/error/coded-error.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { nearMomentText } from '../../../emulator/quantities/moments.ts';

/** What a state says of itself; it can stand where an error's cause can. */
export type Reason = Fault;

const told = <F = Record<never, Fact>>(words: Entry<F>['words']): Entry<F> => entry<F>('told', words);

export const reasons = {
  'not-started': told(() => 'not started yet'),
  'preparing-files': told(() => 'preparing files'),
  'starting-threads': told(() => 'starting threads'),
  running: told(() => 'running'),
  'resuming-memory': told(() => 'resuming from saved memory'),
  resumed: told(() => 'resumed'),
  reset: told(() => 'reset'),
  'guest-rebooting': told(() => 'restarting: the guest rebooted'),
  'guest-rebooted': told(() => 'rebooted by the guest'),
  'guest-powered-off': told<{ code: number }>(({ code }) =>
    code === 0 ? 'powered off by the guest' : `powered off by the guest with exit code ${code}`,
  ),
  'output-unread': told<{ consoles: readonly string[] }>(
    ({ consoles }) => `waits for a program that stopped reading output of ${consoles.join(', ')}`,
  ),
  'being-stopped': told(() => 'being stopped'),
  stopped: told(() => 'stopped'),
  paused: told(() => 'paused'),
  'paused-disk-unwritable': told<{ slot: number; why: Fault }>(
    ({ slot, why }, say) => `paused: disk ${slot + 1} cannot be written (${say(why)}); it resumes when that is resolved`,
  ),
  'paused-host-full': told<{ freeBytes: number; folder: string }>(
    ({ freeBytes, folder }) =>
      `paused: no space left on the host (${formatBytes(freeBytes)} free in ${folder}); it resumes when there is enough space`,
  ),
  'being-suspended': told(() => 'being suspended'),
  suspended: told(() => 'suspended'),
  'being-restored': told(() => 'restoring'),
  'saved-at-quit': told(() => 'saved when Vivarium was quit'),
  'program-ended': told<{ snapshotAt?: number | undefined }>(({ snapshotAt }) =>
    snapshotAt === undefined
      ? 'the program ended while the machine ran'
      : `the program ended while the machine ran; last snapshot ${nearMomentText(snapshotAt)}`,
  ),
  restoring: told<{ name: string }>(({ name }) => `restoring “${name}”`),
  'in-bin': told(() => 'in the bin'),
  'guest-restored': told<{ name: string }>(({ name }) => `"${name}" was restored to a snapshot`),
  'guest-ended': told<{ name: string; why: Fault }>(({ name, why }, say) => `"${name}" has ended: ${say(why)}`),
  'guest-panicked': told<{ detail: string }>(({ detail }) => `the guest's kernel panicked: ${detail}`),
  'guest-out-of-memory': told<{ detail: string }>(({ detail }) => `the guest ran out of memory and its kernel panicked: ${detail}`),
  'command-not-started': told(() => 'the guest could not start the command: it has no processes, memory or files left'),
  'output-complete': told(() => 'everything printed so far has been sent'),
  'being-stored': told(() => 'being stored'),
  'memory-not-stored': told(() => 'only its disks: Vivarium ended before its memory was stored'),
} as const;
