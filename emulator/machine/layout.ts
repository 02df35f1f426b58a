/** A whole machine in one shared memory: control words, the board, the cores' data, RAM. Pure arithmetic, the same on every thread. */
import { boardKind } from '../board/boards.ts';
import { type BoardLayout, boardLayout } from '../board/kit/layout.ts';
import type { Architecture } from '../isa/architecture.ts';
import { type CoreLayout, coreLayout, type RamLayout, recordLayout } from '../engine/layout.ts';
import { WASM_PAGE } from '../engine/wasm/webassembly.ts';
import type { MachineConfiguration, SharedRam } from '../index.ts';
import { AbsentPages } from '../memory/absent-pages.ts';
import { PAGE_SIZE } from '../memory/page-flags.ts';
import { ramBytes } from '../memory/ram-ranges.ts';
import { PageKeeper } from '../memory/page-keeper.ts';
import { Shootdown } from '../memory/shootdown.ts';
import { coreSignals } from '../device/kit/core-signals.ts';
import { schema, u32, u32s } from '../snapshot/schema.ts';

/** The first page of memory 0 stays unused, so that a zero address is never anything's. */
const CONTROL_AT = PAGE_SIZE;
/**
 * Decoded pages: 32 or 56 KiB each (engine/layout.ts), touched as needed. A booting Debian kernel uses about 700, a compiler with the
 * kernel 4000; where there is no more room, all are decoded anew. Each core has some, and so many bytes are shared among them.
 */
const [LEAST_POOL_PAGES, POOL_BYTES] = [1280, 128 * 1024 ** 2];

/** What the owner wants of the cores. */
export const WISH = { run: 0, pause: 1, stop: 2 } as const;

/** Words by which threads steer each other. Not guest state. */
export const controlState = schema('control', 1, {
  wish: u32(),
  /** Cores that are not executing (pausing or stopped). */
  parked: u32(),
  /** The time of `process.hrtime`, in seconds and nanoseconds, at which the machine's clock reads 0; moved on by pauses. */
  clockOrigin: u32s(2),
  /** The same since which the clock stands still, but for one more second: the first word is 0 while it runs. */
  clockHeld: u32s(2),
});

export interface MachineLayout {
  readonly architecture: Architecture;
  readonly control: number;
  readonly board: BoardLayout;
  readonly cores: readonly CoreLayout[];
  readonly ram: RamLayout;
  /** Addresses of the areas of `PageKeeper` and `AbsentPages`. */
  readonly kept: number;
  readonly absent: number;
  /** Address of the area of `Shootdown`. */
  readonly shootdown: number;
  /** WebAssembly pages in all. */
  readonly memoryPages: number;
}

/**
 * Lays a machine out whose board is loaded.
 * @throws MachineError for more devices than the board has room for
 */
export function machineLayout(configuration: MachineConfiguration): MachineLayout {
  const { memoryBytes } = configuration;
  const { architecture, memory } = boardKind(configuration.board);
  const ranges = memory(memoryBytes);
  const size = ramBytes(ranges);
  const ramPages = size / PAGE_SIZE;
  let at = CONTROL_AT + controlState.size;
  const take = (size: number) => {
    const here = Math.ceil(at / 64) * 64;
    at = here + size;
    return here;
  };
  const board = boardLayout(configuration, take(0));
  at = board.base + board.size;
  const pageFlags = take(ramPages);
  const generations = take(ramPages * 4);
  const kept = take(PageKeeper.SIZE);
  const absent = take(AbsentPages.SIZE);
  const shootdown = take(Shootdown.size(board.signals.length));
  const poolPages = Math.max(LEAST_POOL_PAGES, Math.floor(POOL_BYTES / board.signals.length / recordLayout(architecture.code).size));
  const cores = board.signals.map((signals, core) => {
    const layout = coreLayout({
      base: at,
      architecture,
      core,
      attention: signals + coreSignals.offsets.attention,
      shootdown,
      ramPages,
      poolPages,
    });
    at = layout.end;
    return layout;
  });
  const host = Math.ceil(at / WASM_PAGE) * WASM_PAGE;
  const ram = { ranges, size, host, pageFlags, generations };
  return {
    architecture,
    control: CONTROL_AT,
    board,
    cores,
    ram,
    kept,
    absent,
    shootdown,
    memoryPages: Math.ceil((host + size) / WASM_PAGE),
  };
}

/** RAM of a machine as other rooms get it. */
export const sharedRam = ({ ram, kept, absent }: MachineLayout, buffer: SharedArrayBuffer): SharedRam => ({
  buffer,
  sizeBytes: ram.size,
  places: { ram: ram.host, pageFlags: ram.pageFlags, kept, absent },
});

/** A thread's view of what cores tell each other about pages. */
export function shootdownOf({ cores, control, ram, shootdown: area }: MachineLayout, buffer: SharedArrayBuffer): Shootdown {
  const wish = new Int32Array(buffer, control, 1);
  const stopping = () => Atomics.load(wish, 0) === WISH.stop;
  const { pageFlags, generations } = ram;
  return new Shootdown({ buffer, area, pageFlags, generations, pages: ram.size / PAGE_SIZE, cores, stopping });
}

/** A thread's view of what snapshots and returns do with the pages. */
export interface PageWork {
  readonly keeper: PageKeeper;
  readonly absent: AbsentPages;
}
export function pageWork({ buffer, sizeBytes, places }: SharedRam): PageWork {
  const { ram, pageFlags, kept, absent } = places as Record<'ram' | 'pageFlags' | 'kept' | 'absent', number>;
  const parts = { buffer, ramOffset: ram, size: sizeBytes, pageFlags };
  return { keeper: new PageKeeper({ ...parts, area: kept }), absent: new AbsentPages({ ...parts, area: absent }) };
}
