/** Errors of a machine's life: what it cannot be made of, its disks, and saved state that does not fit. */
import { formatBytes } from '../quantities/bytes.ts';
import { entry, type Fault } from './coded-error.ts';

const MIB = 2 ** 20;

export const runErrors = {
  /** What the system or a library said, as the cause of something else. */
  outside: entry<{ detail: string }>('unavailable', ({ detail }) => detail),
  'machine-memory-size': entry<{ bytes: number }>(
    'invalid',
    ({ bytes }) => `a machine needs between 2 MiB and 3 GiB of memory, in whole MiB; ${bytes / MIB} MiB cannot be given`,
  ),
  'machine-core-count': entry<{ cores: number }>('invalid', ({ cores }) => `a machine has 1 to 8 cores, not ${cores}`),
  'board-too-many-disks': entry<{ most: number; count: number }>(
    'invalid',
    ({ most, count }) => `this board takes at most ${most} disks, not ${count}; remove some`,
  ),
  'board-too-many-ports': entry<{ most: number; count: number }>(
    'invalid',
    ({ most, count }) => `this board takes at most ${most} console ports, not ${count}; remove some`,
  ),
  'board-too-many-networks': entry<{ most: number; count: number }>(
    'invalid',
    ({ most, count }) => `this board takes at most ${most} network cards, not ${count}; remove some`,
  ),
  'board-too-many-shares': entry<{ most: number; count: number }>(
    'invalid',
    ({ most, count }) => `this board has room for ${most} shared folders beside the disks, not ${count}; remove some`,
  ),
  'board-virtio-pci-only': entry('invalid', () => 'this board has virtio devices on its PCI bus only: leave the bus out, or say pci'),
  'board-no-firmware': entry('invalid', () => 'this board starts kernels and programs without firmware: leave the firmware out'),
  'board-no-device-tree': entry<{ board: string }>(
    'invalid',
    ({ board }) => `the board ${board} has no device tree: its guests learn of it by ACPI`,
  ),
  'disk-cannot-be-opened': entry<{ path: string; why: Fault }>(
    'unavailable',
    ({ path, why }, say) => `the disk ${path} cannot be opened: ${say(why)}`,
  ),
  'disk-odd-length': entry<{ path: string; bytes: number; wholeBytes: number }>(
    'invalid',
    ({ path, bytes, wholeBytes }) =>
      `${path} is ${bytes} bytes long, which is not a whole number of 512-byte sectors, so it cannot be written in place: add overlay, throwaway or readonly, or extend it (truncate -s ${wholeBytes} FILE)`,
  ),
  'disk-absent': entry<{ slot: number }>('missing', ({ slot }) => `the machine has no disk ${slot}`),
  'disk-takes-no-messages': entry<{ slot: number }>(
    'invalid',
    ({ slot }) => `disk ${slot} is an image file used in place: it takes no messages`,
  ),
  'disk-count-differs': entry<{ count: number; given: number }>(
    'invalid',
    ({ count, given }) => `the machine has ${count} disks, not ${given}: end it and start it with those`,
  ),
  'disk-full': entry<{ path: string }>(
    'full',
    ({ path }) => `no space left for ${path}: free some space; nothing is lost, and it continues automatically`,
  ),

  'network-address-wrong': entry<{ address: string }>(
    'invalid',
    ({ address }) => `"${address}" is no address of a network card: give six bytes as in 52:54:00:12:34:56, the first of them even`,
  ),
  'network-absent': entry<{ card: number }>('missing', ({ card }) => `the machine has no network card ${card}`),
  'network-takes-no-messages': entry<{ card: number }>('invalid', ({ card }) => `the link of network card ${card} takes no messages`),

  'share-absent': entry<{ share: number }>('missing', ({ share }) => `the machine that runs has no shared folder ${share}`),

  'htif-unanswered': entry<{ what: string }>(
    'unavailable',
    ({ what }) => `the program asks the HTIF host for ${what}: only its exit, printing and system calls are answered`,
  ),

  'processor-shutdown': entry<{ reason: string }>('unavailable', ({ reason }) => reason),
  'machine-ended': entry('conflict', () => 'the machine has ended'),
  'machine-ended-nothing-to-save': entry('conflict', () => 'the machine has ended: there is nothing to save'),
  'machine-ending': entry('conflict', () => 'the machine is ending'),
  'machine-disk-silent': entry('unavailable', () => 'a disk of the machine has not answered for half a minute: nothing was saved'),
  'machine-no-standstill': entry('unavailable', () => 'the machine does not come to a standstill: nothing was saved'),
  'ending-io-silent': entry(
    'unavailable',
    () => 'its input/output thread does not answer; what it had not yet written to the disks may be lost',
  ),
  'ending-disks-open': entry<{ seconds: number }>(
    'unavailable',
    ({ seconds }) => `its disks could not be closed within ${seconds} seconds; what had not yet been written to them may be lost`,
  ),
  'machine-core-silent': entry('unavailable', () => 'a core of the machine does not answer'),
  'machine-io-silent': entry('unavailable', () => 'the input/output thread of the machine does not answer'),
  'machine-memory-lost': entry<{ why?: Fault | undefined }>(
    'unavailable',
    ({ why }, say) => `the machine's memory could not be read${why === undefined ? '' : `: ${say(why)}`}`,
  ),
  'machine-thread-ended': entry<{ thread: string }>('internal', ({ thread }) => `${thread} ended unexpectedly`),
  'machine-thread-crashed': entry<{ thread: string; detail: string }>(
    'internal',
    ({ thread, detail }) => `${thread} ended with an error: ${detail}`,
  ),

  'state-other-size': entry<{ memoryBytes: number; cores: number }>(
    'conflict',
    ({ memoryBytes, cores }) =>
      `the saved machine has ${formatBytes(memoryBytes)} of memory and ${cores} cores: start it with the memory and the cores it was saved with`,
  ),
  'state-other-marks': entry<{ bytes: number; wanted: number }>(
    'conflict',
    ({ bytes, wanted }) => `the saved machine has other memory (${bytes} bytes of page marks, not ${wanted})`,
  ),
  'state-other-machine': entry(
    'conflict',
    () => 'the saved machine has other memory, cores or firmware: end this one and start it from there',
  ),
  'state-foreign-component': entry<{ component: string }>(
    'conflict',
    ({ component }) => `the saved state has a ${component}, which this machine has not`,
  ),
  'state-lacks-component': entry<{ component: string }>(
    'conflict',
    ({ component }) => `the saved state has no ${component}: it is of a machine with other devices`,
  ),
  'state-field-size': entry<{ field: string; bytes: number; wanted: number }>(
    'conflict',
    ({ field, bytes, wanted }) => `the saved ${field} has ${bytes} bytes, not ${wanted}`,
  ),
  'state-cut-short': entry('damaged', () => 'this saved state is cut short'),
  'state-not-one': entry('damaged', () => 'this is not saved machine state'),
  'state-checksum': entry('damaged', () => 'this saved state is damaged (its checksum does not match)'),
  'state-field-damaged': entry<{ field: string }>('damaged', ({ field }) => `this saved state is damaged (field ${field})`),
  'state-newer': entry<{ format: number }>(
    'newer',
    ({ format }) => `this state was saved by a later version of the program (format ${format}); use that one or a newer one`,
  ),
  'state-component-newer': entry<{ component: string }>(
    'newer',
    ({ component }) => `the state of ${component} was saved by a later version of the program; use that one or a newer one`,
  ),
} as const;
