/**
 * The shared folders of a machine. Which folder a tag leads to holds at once; a new tag is a device of its own from the next
 * start on, and until then a folder in the machine's common share, which lists all of them.
 */
import { isDeepStrictEqual } from 'node:util';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { ShareStatus } from '../../preload/contract/shares.ts';
import { COMMON_LINK, COMMON_TAG, commonSetup, setupOf } from '../shares/attachments.ts';
import type { CommonMessage, CommonStatus, FolderStatus, ShareMessage } from '../shares/messages.ts';
import type { MachineLife } from './machine-life.ts';

interface Sharing {
  readonly life: Pick<MachineLife, 'state' | 'configuration' | 'tellShare'>;
  /** What runs, or ran last. */
  readonly runningDefinition: MachineDefinition;
  readonly record: { readonly definition: MachineDefinition };
}

const runs = ({ life }: Sharing): boolean => life.state === 'running' || life.state === 'paused';
const sharesOf = ({ shares = [] }: MachineDefinition) => shares;

/** The number of the machine's common share; undefined where it has none. */
function commonOf({ life }: Sharing): number | undefined {
  const index = life.configuration?.shares?.findIndex(({ module }) => module === COMMON_LINK) ?? -1;
  return index < 0 ? undefined : index;
}

/** What runs as it is with the folders that it has by now; those need no start where there is a common share. */
export function withPresentShares(started: MachineDefinition, machine: Sharing): MachineDefinition {
  if (!runs(machine) || commonOf(machine) === undefined) return started;
  const { shares: _shares, ...rest } = started;
  const { shares } = machine.record.definition;
  const present = sharesOf(machine.record.definition);
  const isSpokenOtherwise = ({ tag, protocol }: (typeof present)[number]): boolean =>
    present.some((share) => share.tag === tag && share.protocol !== protocol);
  if (sharesOf(started).some(isSpokenOtherwise)) return started;
  return shares ? { ...rest, shares } : rest;
}

/** Gives what runs the folders of its definition; a tag that is no longer there loses its folder. */
export async function applyShares(machine: Sharing): Promise<void> {
  if (!runs(machine)) return;
  const { definition } = machine.record;
  const wanted = sharesOf(definition);
  // A machine that ends meanwhile has none.
  const tell = (index: number, message: ShareMessage | CommonMessage) => machine.life.tellShare(index, message).catch(() => undefined);
  const told = sharesOf(machine.runningDefinition).map((share, index) => {
    const now = wanted.find(({ tag }) => tag === share.tag);
    const { protocol: _wanted, ...setup } = now ? setupOf(now) : { readonly: true };
    // The device stays what it is.
    return tell(index, { kind: 'folder', setup: { ...setup, ...(share.protocol === undefined ? {} : { protocol: share.protocol }) } });
  });
  const common = commonOf(machine);
  if (common !== undefined) told.push(tell(common, { kind: 'folders', setup: commonSetup(definition) }));
  await Promise.all(told);
}

/** @param before the definition of before a change */
export async function sharesChanged(machine: Sharing, before: MachineDefinition): Promise<void> {
  if (!isDeepStrictEqual(before.shares, machine.record.definition.shares)) await applyShares(machine);
}

/** What each is doing. */
export async function shareStatuses(machine: Sharing): Promise<readonly ShareStatus[]> {
  const running = sharesOf(machine.runningDefinition);
  const common = runs(machine) ? commonOf(machine) : undefined;
  const status = { kind: 'status' } as const;
  const listed = common === undefined ? undefined : ((await machine.life.tellShare(common, status)) as CommonStatus);
  return Promise.all(
    sharesOf(machine.record.definition).map(async (share): Promise<ShareStatus> => {
      const { tag, path, readonly = false } = share;
      const said = { tag, readonly, ...(path === undefined ? {} : { path }) };
      if (!runs(machine)) return { ...said, state: 'off' };
      const index = running.findIndex((other) => other.tag === tag);
      if (index < 0) {
        const found = listed?.folders.find((folder) => folder.tag === tag);
        return { ...said, ...(listed && found ? withinCommon(listed, found) : { state: 'start' }) };
      }
      const { problem } = (await machine.life.tellShare(index, status)) as FolderStatus;
      return problem === undefined ? { ...said, state: 'shared' } : { ...said, state: 'unusable', problem };
    }),
  );
}

function withinCommon(
  { isMounted }: CommonStatus,
  { problem }: CommonStatus['folders'][number],
): Pick<ShareStatus, 'state' | 'within' | 'problem'> {
  if (problem !== undefined) return { within: COMMON_TAG, state: 'unusable', problem };
  return { within: COMMON_TAG, state: isMounted ? 'shared' : 'unmounted' };
}
