/** From a definition's shared folders to what the emulator attaches. */
import type { ShareAttachment } from '../../emulator/index.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { boardOf } from '../../preload/contract/definition/boards.ts';
import type { CommonSetup, ShareSetup } from './messages.ts';

/** The module that serves one. */
export const SHARE_LINK = new URL('./share-link.ts', import.meta.url).href;

type Shared = Pick<MachineDefinition, 'shares'>;
type Share = NonNullable<Shared['shares']>[number];

/** The module that serves all through one device. */
export const COMMON_LINK = new URL('./common-link.ts', import.meta.url).href;
/** The tag of that device. */
export const COMMON_TAG = 'shares';

export const setupOf = ({ path, readonly, protocol }: Share): ShareSetup => ({
  ...(path === undefined ? {} : { folder: path }),
  readonly: readonly === true,
  ...(protocol === undefined ? {} : { protocol }),
});

/** What the common share lists. */
export const commonSetup = ({ shares = [] }: Shared): CommonSetup => ({
  folders: shares.flatMap(({ tag, path, readonly }) => (path === undefined ? [] : [{ tag, folder: path, readonly: readonly === true }])),
});

/** A device for each folder, in order. */
export const shareAttachments = ({ shares = [] }: Shared): readonly ShareAttachment[] =>
  shares.map((share) => {
    const { tag, protocol } = share;
    return { tag, ...(protocol === undefined ? {} : { protocol }), module: SHARE_LINK, setup: setupOf(share) };
  });

/**
 * As `shareAttachments`, and behind them the common share, through which folders come and go while the machine runs. A machine
 * has none that runs a program without an operating system, has no place left, or gives its tag to a folder.
 * @param owner where the folders are that the common share lists; another definition of the machine's where it goes back
 */
export function changeableAttachments(definition: MachineDefinition, owner: Shared = definition): readonly ShareAttachment[] {
  const { boot, board, disks, shares = [] } = definition;
  const own = shareAttachments(definition);
  const isTaken = shares.some(({ tag }) => tag === COMMON_TAG);
  if (boot.kind === 'bare' || isTaken || disks.length + shares.length >= boardOf(board).disksMax) return own;
  return [...own, { tag: COMMON_TAG, module: COMMON_LINK, setup: commonSetup(owner) }];
}
