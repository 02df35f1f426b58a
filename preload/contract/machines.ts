/** Machines: their definitions and their life. */
import type { DeviceDescription, MachineFigures } from '../../emulator/index.ts';
import { args, argsWithOptional, machineId, machineIds, machineName, newMachine, nothing, position, savedTemplate } from './checks.ts';
import { call, contract, event } from './contract.ts';
import { optional } from './schema/shapes.ts';
import { definition, definitionBase, definitionPatch, type MachineDefinition } from './definition/schema.ts';
import type { Reason } from './errors/reasons.ts';
import type { CardActivity } from './card-activity.ts';
import type { ForwardStatus } from './forwards.ts';
import { cableChange, cardIndex, type CableChange, type LinkStatus } from './links.ts';
import type { ShareStatus } from './shares.ts';
import type { SnapshotId } from './ids.ts';
import type { MachineState } from './machine-state.ts';

export type { MachineState };
export type { BootDefinition, DiskDefinition, MachineDefinition } from './definition/schema.ts';

/** A machine's identity: a ULID, never shown to people. */
export type MachineId = string & { readonly brand: 'MachineId' };

export interface MachineStatus {
  readonly id: MachineId;
  readonly definition: MachineDefinition;
  readonly state: MachineState;
  readonly reason: Reason;
  /** Present when failed: the last lines of the machine's log. */
  readonly log?: string;
  /** Milliseconds since the epoch; absent when not started. */
  readonly startedAt?: number;
  /** The definition was changed while running: what runs is the older one. */
  readonly needsRestart: boolean;
  /** What runs, where `needsRestart` says that it is not the definition. */
  readonly runsAs?: MachineDefinition;
  /** The guest's last printed line, as plain text. */
  readonly lastLine: string;
  readonly createdAt: number;
  /** The next start goes on from saved memory. */
  readonly suspended: boolean;
}
/** A machine in the bin, as it would come back. */
export interface BinnedMachine extends MachineStatus {
  /** Milliseconds since the epoch. */
  readonly deletedAt: number;
  /** How many snapshots it has. */
  readonly snapshots: number;
  /** The names of those that are protected: while there are any, it is not deleted for good. */
  readonly protectedSnapshots: readonly string[];
  /** Bytes on the host that return when it is deleted for good; what it shares with other machines stays. */
  readonly freedBytes: number;
}
/** A machine that was running when the program last ended, and has not run since. */
export interface InterruptedMachine {
  readonly id: MachineId;
  readonly name: string;
  /** `saved`: its memory was saved when the program was quit; `snapshot`: the program crashed, this is its last snapshot. */
  readonly from: 'saved' | 'snapshot';
  /** When that was, in milliseconds since the epoch. */
  readonly at: number;
  readonly snapshot?: SnapshotId;
}
/** How a guest was asked to shut down: by the agent of the guest kit, or by the power button that its board has. */
export type AskedBy = 'agent' | 'power button';
/** One change of what a machine is, as the library's journal has it. */
export interface DefinitionVersion {
  /** Ascends with every change. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `restore`: it went back to a snapshot with other hardware; `undo`: an earlier change was taken back. */
  readonly what: 'create' | 'update' | 'undo' | 'restore';
  /** What it was before; absent at its beginning, and where that cannot be read any more. */
  readonly before?: MachineDefinition;
  /** What it was from then on; absent where that cannot be read any more. */
  readonly after?: MachineDefinition;
}
/** A template to save a machine as. */
export interface SavedTemplate {
  readonly name: string;
  /** What it is, for people. */
  readonly description: string;
}
/** Live figures of one machine, sent about once a second while it runs. */
export interface MachineActivity extends MachineFigures {
  readonly id: MachineId;
  /** Over the last interval: millions of guest instructions a second. */
  readonly mips: number;
  /** Over the last interval: host CPU use in percent of one core. */
  readonly hostCpuPercent: number;
}

export const machines = contract('machines', {
  list: call<() => readonly MachineStatus[]>(nothing),
  get: call<(id: MachineId) => MachineStatus>(args(machineId)),
  /** What a template gives, to be changed and then created; nothing is stored. Without a name it gets one that is free. */
  draft: call<(request: { readonly template: string; readonly name?: string }) => MachineDefinition>(args(newMachine)),
  /**
   * Creates a machine from a template (`{ template, name? }`) or a full definition (`{ definition }`); a taken name is refused.
   * With `booted` it shares the template's booted state, which is made once: its first start goes on from there.
   */
  create: call<
    (request: {
      readonly template?: string;
      readonly name?: string;
      readonly definition?: MachineDefinition;
      readonly booted?: boolean;
    }) => MachineStatus
  >(args(newMachine)),
  /**
   * Changes the stored definition; a running machine keeps what it started with until restarted.
   *
   * `base` says what the fields of the patch were when the caller read them; a field that was absent is left out of it.
   * Where one of them is something else by now, nothing is stored and the call is refused as `changed`, so that no form
   * and no command overwrites a change it has not seen. Without `base` the patch is stored whatever was there.
   */
  update: call<(id: MachineId, patch: Partial<MachineDefinition>, base?: Partial<MachineDefinition>) => MachineStatus>(
    argsWithOptional([machineId, definitionPatch], definitionBase),
  ),
  /** What is wrong with a definition, by field; nothing is stored. */
  check: call<(candidate: MachineDefinition) => readonly { readonly field: string; readonly message: string }[]>(args(definition)),
  /** The ports that lead into its guest, and what each is doing. */
  forwards: call<(id: MachineId) => readonly ForwardStatus[]>(args(machineId)),
  /** What goes through its network cards, in order, at most half a second old; refused while nothing runs. */
  cardActivity: call<(id: MachineId) => readonly CardActivity[]>(args(machineId)),
  /** The cables of its network cards, in order, as they are or, while it is off, will be. */
  links: call<(id: MachineId) => readonly LinkStatus[]>(args(machineId)),
  /** Pulls a card's cable or plugs it in, or makes it worse for tests: at once, and in its definition. @returns what it is like then */
  setLink: call<(id: MachineId, card: number, change: CableChange) => LinkStatus>(args(machineId, cardIndex, cableChange)),
  /** The folders that its guest uses, and what each is doing. */
  shares: call<(id: MachineId) => readonly ShareStatus[]>(args(machineId)),
  /**
   * Makes another machine with the same hardware, disks and, of one that runs, memory; both share what is stored.
   * @param name absent: the machine's with `copy` after it
   */
  duplicate: call<(id: MachineId, name?: string) => MachineStatus>(argsWithOptional([machineId], optional(machineName))),
  /** Keeps the machine as it is now as a template, from which machines are made like from any other. */
  saveTemplate: call<(id: MachineId, template: SavedTemplate) => void>(args(machineId, savedTemplate)),
  /**
   * The end of each machine's first console as its screen shows it, as plain text: at most 24 lines of 100 characters, joined by
   * newlines. Machines that are gone by now are left out.
   */
  screens: call<(ids: readonly MachineId[]) => readonly { readonly id: MachineId; readonly text: string }[]>(args(machineIds)),
  /** The devices of a running machine, with what their registers hold now. */
  devices: call<(id: MachineId) => readonly DeviceDescription[]>(args(machineId)),
  /** The flattened device tree that the machine gives its guest, as far as it is known before a boot. */
  deviceTree: call<(id: MachineId) => Uint8Array>(args(machineId)),
  start: call<(id: MachineId) => void>(args(machineId)),
  /** Machines that were running when the program last ended. */
  interrupted: call<() => readonly InterruptedMachine[]>(nothing),
  /** Resumes an interrupted machine from what `interrupted` says; one that is not interrupted any more is left alone. */
  continue: call<(id: MachineId) => void>(args(machineId)),
  pause: call<(id: MachineId) => void>(args(machineId)),
  resume: call<(id: MachineId) => void>(args(machineId)),
  reset: call<(id: MachineId) => void>(args(machineId)),
  /** Asks the guest to shut down and answers how; that it has shows in the machine's state. */
  shutdown: call<(id: MachineId) => { readonly asked: AskedBy }>(args(machineId)),
  stop: call<(id: MachineId) => void>(args(machineId)),
  /** Saves the running or paused machine with its memory and ends its threads; the next start goes on from there. */
  suspend: call<(id: MachineId) => void>(args(machineId)),
  /** Moves the machine to the bin; `undelete` brings it back with its history. A running machine is refused. */
  delete: call<(id: MachineId) => void>(args(machineId)),
  undelete: call<(id: MachineId) => MachineStatus>(args(machineId)),
  /** The machines in the bin, last deleted first. */
  bin: call<() => readonly BinnedMachine[]>(nothing),
  /**
   * Deletes machines of the bin for good, all of them or none; machines that were branched from them keep everything.
   * Refused for one with protected snapshots. The task gives their space back.
   */
  purge: call<(ids: readonly MachineId[]) => { readonly task: string }>(args(machineIds)),
  /** Takes back the last change of the machine (an update, a deletion, its creation); `null` when it is in the bin afterwards. */
  undo: call<(id: MachineId) => MachineStatus | null>(args(machineId)),
  /** Every change of what the machine is, newest first; at most the last 1000. */
  history: call<(id: MachineId) => readonly DefinitionVersion[]>(args(machineId)),
  /**
   * Makes the machine what it was after a change of its history, but for its name; that is one more change. A running one takes up
   * its hardware at the next start. @param number the change's
   */
  revert: call<(id: MachineId, number: number) => MachineStatus>(args(machineId, position)),

  changed: event<MachineStatus>(),
  deleted: event<{ readonly id: MachineId }>(),
  activity: event<readonly MachineActivity[]>(),
});
