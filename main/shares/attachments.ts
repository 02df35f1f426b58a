/** From a definition's shared folders to what the emulator attaches. */
import type { ShareAttachment } from '../../emulator/index.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { ShareSetup } from './messages.ts';

/** The module that serves one. */
export const SHARE_LINK = new URL('./share-link.ts', import.meta.url).href;

type Shares = Pick<MachineDefinition, 'shares'>;
type Share = NonNullable<Shares['shares']>[number];

export const setupOf = ({ path, readonly }: Share): ShareSetup => ({
  ...(path === undefined ? {} : { folder: path }),
  readonly: readonly === true,
});

export const shareAttachments = ({ shares = [] }: Shares): readonly ShareAttachment[] =>
  shares.map((share) => ({ tag: share.tag, module: SHARE_LINK, setup: setupOf(share) }));
