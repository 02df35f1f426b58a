/**
 * A guest's file systems brought to rest for the moment at which its disks are taken without its memory: what is in its caches is
 * written, and nothing more is until they go on. They go on by themselves after some seconds, whatever becomes of the host.
 */
import type { Fault } from '../../emulator/error/coded-error.ts';
import type { CommandEvents, CommandRequest, RunningCommand } from '../../preload/contract/commands.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';

export interface FrozenGuest {
  /** Why they are not at rest; absent: they are. */
  readonly why?: Fault;
  /** They go on. @returns why they were not at rest until now, after all */
  thaw(): Promise<Fault | undefined>;
}

/** How long they stay at rest at most, in the guest's seconds. */
const AT_MOST_SECONDS = 10;
/** How long bringing them to rest may take, and going on, in milliseconds. */
const PATIENCE_MS = 10_000;
/** The guest went on by itself. */
const [REFUSED, TOO_LATE] = [3, 4] as const;

/**
 * For the shells of BusyBox and Debian. Each disk is brought to rest once, however often it is mounted; the watch that ends the rest
 * is a process of its own, since not every shell can read with a limit. It holds none of the command's streams: its sleep outlives it,
 * and the command would not be over before that.
 */
const SCRIPT = `
command -v fsfreeze > /dev/null || { echo 'it has no fsfreeze'; exit ${REFUSED}; }
frozen= disks=
thaw() { printf '%s' "$frozen" | while IFS= read -r at_rest; do fsfreeze --unfreeze "$at_rest"; done 2> /dev/null; frozen=; }
trap 'thaw; exit 1' HUP INT TERM
sync
while read -r disk place kind options rest; do
  case $disk in /dev/*) ;; *) continue ;; esac
  case $kind in ext[234] | xfs | btrfs | f2fs | jfs | nilfs2) ;; *) continue ;; esac
  case ,$options, in *,ro,*) continue ;; esac
  case " $disks " in *" $disk "*) continue ;; esac
  disks="$disks $disk"
  place=$(printf '%b' "$place")
  fsfreeze --freeze "$place" || { thaw; echo "$place cannot be frozen"; exit ${REFUSED}; }
  frozen="$place
$frozen"
done < /proc/mounts
(trap - HUP INT TERM; sleep ${AT_MOST_SECONDS}; thaw) < /dev/null > /dev/null 2>&1 &
watch=$!
echo frozen
read -r go_on
if kill $watch 2> /dev/null; then thaw; exit 0; fi
thaw
exit ${TOO_LATE}
`;

/** @param start starts a command in the guest, whose agent answers */
export async function freezeGuest(start: (request: CommandRequest, events: CommandEvents) => RunningCommand): Promise<FrozenGuest> {
  let said = '';
  const frozen = Promise.withResolvers<'frozen'>();
  const over = Promise.withResolvers<number | 'lost'>();
  const command: RunningCommand = start(
    { text: SCRIPT },
    {
      output(stream, bytes) {
        command.acknowledge(stream, bytes.length);
        said += Buffer.from(bytes).toString();
        if (/^frozen$/m.test(said)) frozen.resolve('frozen');
      },
      inputRoom: () => undefined,
      inputClosed: () => undefined,
      ended: ({ status }) => over.resolve(status),
      lost: () => over.resolve('lost'),
    },
  );
  const first = await inTime(Promise.race([frozen.promise, over.promise]), () => command.hangUp());
  if (first !== 'frozen') {
    const why = notFrozen(
      first === REFUSED ? said.trim().split('\n').at(-1)! : first === 'late' ? 'it takes too long' : 'its agent has ended',
    );
    return { why, thaw: () => Promise.resolve(why) };
  }
  return {
    async thaw() {
      command.write(Buffer.from('\n'));
      const status = await inTime(over.promise, () => command.hangUp());
      return status === 0 ? undefined : notFrozen('it went on too early');
    },
  };
}

const notFrozen = (detail: string): Fault => faultWith('guest-not-frozen', { detail });

/** What comes, or `late` after a while. */
async function inTime<T>(coming: Promise<T>, otherwise: () => void): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => void (timer = setTimeout(() => resolve('late'), PATIENCE_MS)));
  const first = await Promise.race([coming, late]);
  clearTimeout(timer);
  if (first === 'late') otherwise();
  return first;
}
