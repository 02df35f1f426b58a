/** What is around a core: what its machine gives it, and who keeps its compiled code. */
import type { Architecture, Flush } from '../../isa/architecture.ts';
import type { Shootdown } from '../../memory/shootdown.ts';
import type { CoreLayout, RamLayout } from '../layout.ts';
import type { WasmMemory, WasmModule, WasmTable } from '../wasm/webassembly.ts';
import type { Tiering } from './tiering.ts';
import type { AddressSpace } from './device-accesses.ts';

/** What a core needs from its machine. */
export interface CoreSurroundings {
  readonly architecture: Architecture;
  readonly memory: WasmMemory;
  /** Size of the memory in WebAssembly pages. */
  readonly memoryPages: number;
  readonly table: WasmTable;
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
  /** Which of the machine's cores this is. */
  readonly core: number;
  readonly tiering: Tiering;
  /** It goes on from saved state, which another thread has put into memory, or is about to. */
  readonly resumes?: boolean;
  /** The module, where a core of the same layout, RAM and tiering has been made before. */
  readonly module?: WasmModule;
  /** Device registers by physical address; -1 and false for a bus error. */
  readonly bus: AddressSpace;
  /** The second address space, where the architecture has one. */
  readonly ports?: AddressSpace;
  /** Time in ticks. */
  time(): bigint;
  /** The same time in nanoseconds, a whole number, exact for 104 days. */
  nanoseconds(): number;
  /** 64 bits from the machine's source of entropy. */
  random(): bigint;
  /** The interrupt lines that hardware drives. */
  lines(): number;
  /** Makes this core's generated code return soon. */
  nudge(): void;
  /** A guest calls the machine's firmware, the pc already behind the call. @returns false where there is none and the call must trap */
  firmwareCall(): boolean;
  /** What this core and others tell each other about pages. */
  readonly shootdown: Shootdown;
  /** A page that a snapshot still needs, or that is clean, is about to change. */
  keepPage(page: number): void;
  /** Waits until an absent page has been filled. @returns false when something else wants the core first */
  awaitPage(page: number): boolean;
  /** A store to a watched page (`tohost`) has been done. */
  watchedWritten(): void;
}

/** What happens to compiled code; the compiler's half implements it. */
export interface FragmentKeeper {
  /** A jump target has become hot in the current mode. */
  hot(pcLow: number, pcHigh: number): void;
  /** Code in this RAM page is about to change. */
  pageWritten(page: number): void;
  /** The memory is that of another snapshot point: what could not be compiled may be asked for again. */
  memoryChanged(): void;
  /** Translations changed: compiled code reached through them must be checked anew. */
  translationsChanged(what: Flush): void;
}
