/** Machines: their definitions and their life. */
import type { EngineMode, MachineFigures } from '../../emulator/index.ts';
import { call, contract, event } from './contract.ts';
import { args, definition, definitionPatch, machineId, newMachine, nothing } from './checks.ts';

/** A machine's identity: a ULID, never shown to people. */
export type MachineId = string & { readonly brand: 'MachineId' };

/** What a person defines and the library stores. Paths are absolute. */
export interface MachineDefinition {
  readonly name: string;
  readonly board: 'riscv64-virt';
  readonly cores: number;
  readonly memoryMiB: number;
  readonly engine: EngineMode;
  /** The template the machine was made from; its kernel and initrd are made or fetched at start when `boot` leaves them out. */
  readonly template?: string;
  readonly boot: BootDefinition;
  /** In slot order. */
  readonly disks: readonly { readonly path: string; readonly readonly: boolean }[];
  /** Virtio console ports beside the serial port. */
  readonly ports: readonly { readonly name: string }[];
  readonly note: string;
}
/** `kind: linux` boots a kernel; `bare` runs an M-mode program; absent paths come from the template. */
export interface BootDefinition {
  readonly kind: 'linux' | 'bare' | 'firmware';
  readonly kernel?: string;
  readonly initrd?: string;
  readonly commandLine?: string;
  readonly firmware?: string;
  readonly program?: string;
}

/** Every state has a reason a person can read ("powered off by the guest", "kernel file not found: ..."). */
export type MachineState = 'off' | 'starting' | 'running' | 'paused' | 'stopping' | 'failed';
export interface MachineStatus {
  readonly id: MachineId;
  readonly definition: MachineDefinition;
  readonly state: MachineState;
  readonly reason: string;
  /** Present when failed: the last lines of the machine's log. */
  readonly log?: string;
  /** Milliseconds since the epoch; absent when not started. */
  readonly startedAt?: number;
  /** The definition was changed while running: what runs is the older one. */
  readonly needsRestart: boolean;
  /** The guest's last printed line, as plain text. */
  readonly lastLine: string;
  readonly createdAt: number;
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
  /** Creates a machine from a template (`{ template, name? }`) or a full definition (`{ definition }`); a taken name is refused. */
  create: call<(request: { readonly template?: string; readonly name?: string; readonly definition?: MachineDefinition }) => MachineStatus>(
    args(newMachine),
  ),
  /** Changes the stored definition; a running machine keeps what it started with until restarted. */
  update: call<(id: MachineId, patch: Partial<MachineDefinition>) => MachineStatus>(args(machineId, definitionPatch)),
  /** What is wrong with a definition, by field; nothing is stored. */
  check: call<(candidate: MachineDefinition) => readonly { readonly field: string; readonly message: string }[]>(args(definition)),
  start: call<(id: MachineId) => void>(args(machineId)),
  pause: call<(id: MachineId) => void>(args(machineId)),
  resume: call<(id: MachineId) => void>(args(machineId)),
  reset: call<(id: MachineId) => void>(args(machineId)),
  stop: call<(id: MachineId) => void>(args(machineId)),
  /** Moves the machine to the bin; `undelete` brings it back with its history. A running machine is refused. */
  delete: call<(id: MachineId) => void>(args(machineId)),
  undelete: call<(id: MachineId) => MachineStatus>(args(machineId)),
  /** The machines in the bin, last deleted first. */
  bin: call<() => readonly MachineStatus[]>(nothing),
  /** Takes back the last change of the machine (an update, a deletion, its creation); `null` when it is in the bin afterwards. */
  undo: call<(id: MachineId) => MachineStatus | null>(args(machineId)),

  changed: event<MachineStatus>(),
  deleted: event<{ readonly id: MachineId }>(),
  activity: event<MachineActivity>(),
});
