/** The shared folders of a machine: which folder a tag leads to holds at once; a new tag is a new device, from the next start on. */
import { isDeepStrictEqual } from 'node:util';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { ShareStatus } from '../../preload/contract/shares.ts';
import { setupOf } from '../shares/attachments.ts';
import type { FolderStatus, ShareMessage } from '../shares/messages.ts';
import type { MachineLife } from './machine-life.ts';

interface Sharing {
  readonly life: Pick<MachineLife, 'state' | 'tellShare'>;
  /** What runs, or ran last. */
  readonly runningDefinition: MachineDefinition;
  readonly record: { readonly definition: MachineDefinition };
}

const runs = ({ life }: Sharing): boolean => life.state === 'running' || life.state === 'paused';
const sharesOf = ({ shares = [] }: MachineDefinition) => shares;

/** Gives what runs the folders of its definition; a tag that is no longer there loses its folder. */
export async function applyShares(machine: Sharing): Promise<void> {
  if (!runs(machine)) return;
  const wanted = sharesOf(machine.record.definition);
  const told = sharesOf(machine.runningDefinition).map((share, index) => {
    const now = wanted.find(({ tag }) => tag === share.tag);
    const message: ShareMessage = { kind: 'folder', setup: now ? setupOf(now) : { readonly: true } };
    // A machine that ends meanwhile has none.
    return machine.life.tellShare(index, message).catch(() => undefined);
  });
  await Promise.all(told);
}

/** @param before the definition of before a change */
export async function sharesChanged(machine: Sharing, before: MachineDefinition): Promise<void> {
  if (!isDeepStrictEqual(before.shares, machine.record.definition.shares)) await applyShares(machine);
}

/** What each is doing. */
export async function shareStatuses(machine: Sharing): Promise<readonly ShareStatus[]> {
  const running = sharesOf(machine.runningDefinition);
  return Promise.all(
    sharesOf(machine.record.definition).map(async (share): Promise<ShareStatus> => {
      const { tag, path, readonly = false } = share;
      const said = { tag, readonly, ...(path === undefined ? {} : { path }) };
      if (!runs(machine)) return { ...said, state: 'off' };
      const index = running.findIndex((other) => other.tag === tag);
      if (index < 0) return { ...said, state: 'start' };
      const { problem } = (await machine.life.tellShare(index, { kind: 'status' } satisfies ShareMessage)) as FolderStatus;
      return problem === undefined ? { ...said, state: 'shared' } : { ...said, state: 'unusable', problem };
    }),
  );
}
