/** Starting a machine: from power on, or where it was suspended. A suspended state is used up before the guest goes on. */
import { withoutAttachments } from '../taking/records.ts';
import { asPlugged, networkAttachments } from '../network/attachments.ts';
import { changeableAttachments } from '../shares/attachments.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { DiskAttachment, MachineConfiguration } from '../../emulator/index.ts';
import { withHardware, withPathsOf } from '../library/definition-parts.ts';
import type { SnapshotRecord } from '../library/snapshot-records.ts';
import type { StartOf } from '../supervisor/supervised-machine.ts';
import { headsOf } from '../heads/head-keeping.ts';
import type { MachinePresent } from '../taking/machine-present.ts';
import { pointOf } from './returning.ts';
import { screensAfterReturn } from '../taking/screens.ts';

/**
 * What a machine starts with. In turn.
 * @param back whether its consoles say that it went back
 * @throws ContractError when what it was saved with cannot be had
 */
export async function startOf(present: MachinePresent, signal: AbortSignal, back = false): Promise<StartOf> {
  const { parts, machine } = present;
  const { library } = parts;
  const { record } = machine;
  const { parent, suspended } = await library.timeline.present(present.id);
  if (!suspended || parent === null) return fromPowerOn(present, signal);
  const target = await library.snapshots.get(parent);
  const { state, consoles } = await library.snapshots.saved(parent);
  if (!state || !target.configuration || target.state === 'damaged')
    throw new ContractError('snapshot-memory-unusable', {
      machine: record.definition.name,
      snapshot: target.name,
      why: target.reason ?? faultWith('snapshot-gone'),
    });
  const definition = withPathsOf(target.definition, record.definition);
  const disks = await parts.disks.claim(record, definition);
  const configuration = await configurationOf(present, { ...target, definition }, disks, signal);
  const { differs } = await parts.storage.run.compareMemory({ to: target.id }, { signal });
  present.heads = headsOf(await library.heads.present(present.id), target.definition);
  signal.throwIfAborted();
  await library.timeline.apply({ present: { machine: present.id, parent, suspended: false } });
  await parts.refresh(present.id);
  parts.changed(present.id, []);
  present.standsOn(target.id, machine.life.run + 1, -1);
  return {
    configuration,
    from: pointOf(present, target, state, differs),
    definition,
    ...(back ? { screens: screensAfterReturn(consoles, target.name) } : {}),
    failed: async () => {
      await library.timeline.apply({ present: { machine: present.id, parent, suspended: true } });
      await parts.refresh(present.id);
      parts.changed(present.id, []);
    },
  };
}

async function fromPowerOn(present: MachinePresent, signal: AbortSignal): Promise<StartOf> {
  const { parts, machine } = present;
  const { definition } = machine.record;
  const disks = await parts.disks.claim(machine.record, definition);
  const configuration = await parts.configure(definition, disks, signal);
  present.heads = headsOf(await parts.library.heads.present(present.id), definition);
  return { configuration };
}

/** What it ran with; the files to boot from are looked up anew, as a guest that reboots needs those that are there now. */
async function configurationOf(
  present: MachinePresent,
  { definition, configuration }: SnapshotRecord,
  disks: readonly DiskAttachment[],
  signal: AbortSignal,
): Promise<MachineConfiguration> {
  const owner = present.machine.record.definition;
  const { name, forwards = [] } = owner;
  const networks = networkAttachments({
    name,
    // Where its guest may connect is its owner's to say, now as at the snapshot point.
    networks: asPlugged(withHardware(owner, definition).networks ?? [], await present.parts.library.networks.list()),
    forwards,
  });
  const shares = changeableAttachments(definition, owner);
  const saved = {
    ...withoutAttachments(configuration as NonNullable<typeof configuration>),
    disks,
    ...(networks.length === 0 ? {} : { networks }),
    ...(shares.length === 0 ? {} : { shares }),
  };
  try {
    const { boot } = await present.parts.configure(definition, disks, signal);
    return { ...saved, boot };
  } catch {
    signal.throwIfAborted();
    // The files may be gone: it goes on without them, until it reboots.
    return saved;
  }
}
