/**
 * Booted states of templates: the first time one is asked for, a machine that nobody sees boots until its console shows
 * the prompt, and is kept as a snapshot. New machines then go on from there at once.
 */
import { endingReason } from '../supervisor/ending-reason.ts';

import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { createHash } from 'node:crypto';
import type { Ending, MachineConfiguration, RunningMachine } from '../../emulator/index.ts';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { NewSnapshotRecord } from '../library/snapshot-records.ts';
import { discardHeads, disksOn, storeDisks } from '../heads/head-keeping.ts';
import { hasHead } from '../disks/machine-disks.ts';
import { withDiskIds } from '../library/disk-ids.ts';
import type { HeadRecord } from '../library/head-records.ts';
import { ulid } from '../library/ulid.ts';
import { abandonCopy } from '../../emulator/host/pages.ts';
import type { StartMachine } from '../supervisor/machine-life.ts';
import { screenText } from '../supervisor/screen-text.ts';
import { newRecord } from '../taking/records.ts';
import type { Report } from '../jobs/job.ts';
import { ownerOf } from '../storage/owners.ts';
import { CONSOLE_TAIL, thumbnailOf } from '../taking/screens.ts';
import type { TimelineParts } from '../taking/timeline-parts.ts';

/** A boot that takes longer than this has gone wrong, in milliseconds; a whole system on a busy computer takes minutes. */
const LONGEST_BOOT = 600_000;
/** The prompt stands for so long before the machine counts as booted: what runs behind it comes to an end. */
const QUIET = 500;

export interface BootedTemplate {
  readonly definition: MachineDefinition;
  /** What the console's last line looks like when the machine has booted. */
  readonly ready: RegExp;
}

/** What boots, and as what it is kept. */
interface Booting {
  readonly definition: MachineDefinition;
  readonly configuration: MachineConfiguration;
  readonly key: string;
  readonly heads: readonly HeadRecord[];
}

/** A hidden machine's console, as far as booting needs it. */
class BootConsole {
  #bytes = new Uint8Array();
  #changedAt = performance.now();
  ending: Ending | undefined;

  print(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#bytes, bytes]);
    this.#bytes = new Uint8Array(all.subarray(Math.max(0, all.length - CONSOLE_TAIL)));
    this.#changedAt = performance.now();
  }
  get tail(): Uint8Array {
    return this.#bytes;
  }
  get lastLine(): string {
    return screenText(this.#bytes, { lines: 1, columns: 200 });
  }
  get isQuiet(): boolean {
    return performance.now() - this.#changedAt >= QUIET;
  }
}

/** How a template that a person saved is found among what belongs to no machine (`history/copying.ts`). */
const SAVED = 'template:';
export const savedTemplateKey = (name: string): string => SAVED + name;
export const savedTemplateName = (key: string): string => key.slice(SAVED.length);
export const isSavedTemplate = ({ machine, bootedKey }: Pick<NewSnapshotRecord, 'machine' | 'bootedKey'>): boolean =>
  machine === null && bootedKey?.startsWith(SAVED) === true;

export class BootedStates {
  readonly #parts: TimelineParts;
  readonly #startMachine: StartMachine;
  /** Those that are being made. */
  readonly #making = new Map<string, Promise<NewSnapshotRecord>>();

  constructor(parts: TimelineParts, startMachine: StartMachine) {
    this.#parts = parts;
    this.#startMachine = startMachine;
  }

  /** Whether some state of a template is there; its parts may have changed since. */
  async templates(): Promise<ReadonlySet<string>> {
    const all = await this.#parts.library.snapshots.list();
    return new Set(
      all.flatMap((record) =>
        record.machine === null && record.state === 'ready' && !isSavedTemplate(record) ? (record.definition.template ?? []) : [],
      ),
    );
  }

  /**
   * The booted state of a template's machine, as a task where it has to be made.
   * @throws ContractError `unavailable` when it does not boot
   */
  async have(template: BootedTemplate): Promise<NewSnapshotRecord> {
    const definition = withDiskIds(template.definition);
    const { ready } = template;
    const configuration = await this.#parts.configure(definition, [], new AbortController().signal);
    const disks = definition.disks.map(({ id: _, ...disk }) => disk);
    const key = createHash('sha256')
      .update(JSON.stringify([configuration, ready.source, ...(disks.length === 0 ? [] : [disks])]))
      .digest('hex');
    const known = await this.#parts.library.snapshots.booted(key);
    if (known?.state === 'ready') return known;
    let making = this.#making.get(key);
    if (!making) {
      const work = (progress: Report, signal: AbortSignal) => this.#make({ definition, ready }, configuration, key, progress, signal);
      making = this.#parts.tasks
        .begin('boot-template', { template: definition.template ?? definition.name }, work)
        .result.finally(() => this.#making.delete(key));
      this.#making.set(key, making);
    }
    return making;
  }

  async #make(
    { definition, ready }: BootedTemplate,
    diskless: MachineConfiguration,
    key: string,
    progress: Report,
    signal: AbortSignal,
  ): Promise<NewSnapshotRecord> {
    const slot = definition.disks.findIndex((disk) => !hasHead(disk));
    if (slot >= 0) throw new ContractError('disk-direct-snapshot', { slot });
    const heads: HeadRecord[] = [];
    try {
      for (const [place, disk] of definition.disks.entries()) heads.push(await this.#parts.disks.newHead(ulid() as MachineId, place, disk));
      const disks = heads.map((head) => this.#parts.disks.attachment(head, definition.disks[head.slot]!));
      const configuration = heads.length === 0 ? diskless : await this.#parts.configure(definition, disks, signal);
      return await this.#boot({ definition, ready, configuration, key, heads }, progress, signal);
    } finally {
      // What they hold is in the snapshot.
      await discardHeads(
        this.#parts,
        heads.map(({ id }) => id),
      );
    }
  }

  async #boot(
    { ready, ...whole }: Booting & { readonly ready: RegExp },
    progress: Report,
    signal: AbortSignal,
  ): Promise<NewSnapshotRecord> {
    const console = new BootConsole();
    let running: RunningMachine | undefined;
    let early = 0;
    const machine = await this.#startMachine(whole.configuration, {
      output: (number, bytes) => {
        if (number === 0) console.print(bytes);
        if (running) running.acknowledge(number, bytes.length);
        else early += bytes.length;
      },
      ended: (ending) => (console.ending = ending),
      log: () => undefined,
    });
    running = machine;
    machine.acknowledge(0, early);
    try {
      await booted(console, ready, progress, signal);
      await machine.pause();
      return await this.#store(machine, console, whole, { progress, signal });
    } finally {
      await machine.stop();
    }
  }

  async #store(
    machine: RunningMachine,
    console: BootConsole,
    { definition, configuration, key, heads }: Booting,
    options: { readonly progress: Report; readonly signal: AbortSignal },
  ): Promise<NewSnapshotRecord> {
    const { storage, library } = this.#parts;
    const { state, ram, uptimeMs, disks: marks } = await machine.save();
    const id = ulid() as SnapshotId;
    await storage.run.storeMemory({ snapshot: id, ram }, { ...options, lost: () => void abandonCopy(ram) });
    const consoles = [console.tail];
    const record: NewSnapshotRecord = {
      ...newRecord({
        ...{ id, machine: null, bootedKey: key, parent: null, kind: 'booted', name: 'booted', uptimeMs, paused: false },
        ...{ thumbnail: thumbnailOf(consoles), definition, configuration, disks: disksOn(heads, definition), unfinished: [] },
      }),
      state: 'ready',
    };
    const unfinished = heads.map(({ slot, id: head }) => ({ slot, head, mark: marks[slot] }));
    await storeDisks(this.#parts, { ...record, unfinished }, { goesOn: false, options });
    // Of the same template with older parts, none is needed any more; a damaged one makes room.
    const older = (await library.snapshots.list())
      .filter((other) => other.machine === null && !isSavedTemplate(other) && isFor(other, definition))
      .map((other) => other.id);
    await library.timeline.apply({ remove: older, insert: [{ record, saved: { state, consoles } }] });
    await storage.run.dropOwners({ owners: older.map(ownerOf) });
    return record;
  }
}

const isFor = (record: NewSnapshotRecord, { template, memoryMiB, cores }: MachineDefinition) =>
  record.definition.template === template && record.definition.memoryMiB === memoryMiB && record.definition.cores === cores;

/** Resolves when the prompt stands still. @throws ContractError when it does not come */
async function booted(console: BootConsole, ready: RegExp, progress: Report, signal: AbortSignal): Promise<void> {
  const until = performance.now() + LONGEST_BOOT;
  while (!console.isQuiet || !ready.test(console.lastLine)) {
    signal.throwIfAborted();
    const { ending } = console;
    if (ending) throw new ContractError('boot-stopped', { why: endingReason(ending) });
    if (performance.now() > until)
      throw new ContractError('boot-no-prompt', { minutes: LONGEST_BOOT / 60_000, lastLine: console.lastLine });
    progress({ message: faultWith('step-line', { line: console.lastLine.slice(0, 100) }) });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
