/** Errors about snapshots: taking, storing, restoring, suspending, saved boots, transfer. */
import { entry, type Fault } from '../../../emulator/error/coded-error.ts';
import type { MachineState } from '../machine-state.ts';

type Named = { readonly name: string };

export const snapshotErrors = {
  'snapshot-gone': entry('missing', () => 'this snapshot no longer exists'),
  'snapshot-deleted': entry('missing', () => 'the snapshot is permanently deleted: deleted snapshots can be restored for a minute only'),
  'snapshot-unusable': entry<Named & { why: Fault }>('unavailable', ({ name, why }, say) => `"${name}" cannot be used: ${say(why)}`),
  'snapshot-memory-unusable': entry<{ machine: string; snapshot: string; why: Fault }>(
    'unavailable',
    ({ machine, snapshot, why }, say) =>
      `the saved memory of "${machine}" cannot be used (${say(why)}): choose another snapshot, or delete "${snapshot}" to boot normally`,
  ),
  'snapshot-protected': entry<Named>('conflict', ({ name }) => `"${name}" is protected: unprotect it first`),
  'snapshot-suspended-at': entry<{ machine: string; snapshot: string }>(
    'conflict',
    ({ machine, snapshot }) => `"${machine}" is suspended at "${snapshot}": start it or restore another snapshot first`,
  ),
  'snapshot-needs-disk': entry<Named>('conflict', ({ name }) => `"${name}" is off and has no disk to snapshot: start it first`),
  'snapshot-is-suspended': entry<Named>('conflict', ({ name }) => `"${name}" is suspended, which already is a snapshot: start it first`),
  'snapshot-not-stored': entry<Named & { why: Fault }>('unavailable', ({ name, why }, say) => `"${name}" is not stored: ${say(why)}`),
  /** Why a snapshot is only half stored; kept with it. */
  'snapshot-content-damaged': entry<{ parts: readonly string[] }>(
    'damaged',
    ({ parts }) => `${parts.join('; ')}: delete it, or restore another one`,
  ),
  'snapshot-not-stored-yet': entry<{ why: Fault }>(
    'unavailable',
    ({ why }, say) => `not stored yet (${say(why)}); its disks are kept, and stored when Vivarium starts again`,
  ),
  'snapshot-disks-unreadable': entry<{ why: Fault }>(
    'damaged',
    ({ why }, say) => `its disks cannot be read (${say(why)}); they are kept until the snapshot is deleted`,
  ),
  'suspend-not-running': entry<Named & { state: MachineState }>(
    'conflict',
    ({ name, state }) => `"${name}" is ${state}, not running: there is nothing to suspend`,
  ),
  'suspend-kept-running': entry<Named>(
    'conflict',
    ({ name }) => `"${name}" kept running while it was being suspended: the snapshot is kept; suspend it again`,
  ),
  'boot-no-marker': entry<{ template?: string | undefined }>(
    'unavailable',
    ({ template = 'this configuration' }) => `${template} has no boot marker: create the machine without a saved boot and start it`,
  ),
  'boot-stopped': entry<{ why: Fault }>('unavailable', ({ why }, say) => `the machine stopped during boot: ${say(why)}`),
  'boot-no-prompt': entry<{ minutes: number; lastLine: string }>(
    'unavailable',
    ({ minutes, lastLine }) => `no prompt appeared within ${minutes} minutes; the last line was: ${lastLine}`,
  ),
  'leaving-told-to-quit': entry('conflict', () => 'it was told to quit immediately'),
  'leaving-took-too-long': entry<{ minutes: number }>('unavailable', ({ minutes }) => `it took longer than ${minutes} minutes`),
  'job-unknown': entry<{ job: string }>('internal', ({ job }) => `there is no job "${job}"`),
  'memory-shape-differs': entry<{ pages: number; basePages: number }>(
    'internal',
    ({ pages, basePages }) => `a snapshot has ${pages} pages, its base ${basePages}`,
  ),
} as const;
