/** What a board makes of a core that the engine runs: how it starts, its firmware, signals that are more than lines. */
import type { Ending } from '../../index.ts';
import type { EngineCore, PrivilegedCore } from '../../isa/architecture.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Shootdown } from '../../memory/shootdown.ts';
import type { CoreSignals } from '../../device/kit/core-signals.ts';
import type { FirmwareConsole } from '../../device/kit/part.ts';
import type { Placed } from './bus.ts';

/** How the boot core starts; the others wait for it or start alike, as the board has it. */
export interface CoreStart {
  /** The machine's own firmware answers the guest's calls. */
  readonly builtInFirmware: boolean;
  readonly pc: bigint;
  /** In which state it starts, where the board knows several. */
  readonly entry?: string;
  /** What the board's argument registers hold; on RISC-V the first of them is the core's number, which each puts in for itself. */
  readonly arguments: readonly bigint[];
  /** Where a bare program says how it ended, and asks for things. */
  readonly tohost?: number;
  readonly fromhost?: number;
}

/** The engine's core, as the board needs it. */
export interface BoundEngineCore extends EngineCore {
  readonly privileged: PrivilegedCore;
  /** Does what other cores have asked of this one. */
  answer(): void;
}

/** The board around a core, as far as its binding needs it. */
export interface BoundBoard {
  /** A core's lines and its wake-up word. */
  signals(core: number): CoreSignals;
  /** The console of firmware that is ours. @throws Error on a board without one */
  readonly firmwareConsole: FirmwareConsole;
  /** Registers that belong to this core, before everything else at their addresses. */
  overlay(placed: Placed): void;
  /** The vector of an interrupt that comes by a core's line and not as a message; it counts as taken. */
  acknowledgeInterrupt(): number;
  /** A core is done with a level-triggered interrupt that came as a message with this vector. */
  endOfInterrupt(vector: number): void;
}

export interface CoreBindingParts {
  /** It will go on from saved state. */
  readonly resumes?: boolean;
  readonly core: BoundEngineCore;
  readonly board: BoundBoard;
  readonly memory: GuestMemory;
  readonly buffer: SharedArrayBuffer;
  /** Addresses of all cores' architectural state. */
  readonly states: readonly number[];
  readonly shootdown: Shootdown;
  end(ending: Ending): void;
}

export interface CoreBinding {
  begin(start: CoreStart): void;
  /** The core's state has been put back. @param builtInFirmware as it was started */
  resume(builtInFirmware: boolean): void;
  /** A call to the machine's firmware. @returns false where it has none */
  firmwareCall(): boolean;
  /** Takes in signals that a guest may clear by itself; before each slice. */
  collectSignals(): void;
}

/** What the field `builtInFirmware` of a saved machine was called when there was one kind of it. */
export const FORMER_FIRMWARE_FIELD = 'builtInSbi';
