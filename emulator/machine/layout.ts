/** A whole machine in one shared memory: control words, the board, the cores' data, RAM. Pure arithmetic, the same on every thread. */
import { type BoardLayout, boardLayout } from '../board/layout.ts';
import { type CoreLayout, coreLayout, type RamLayout } from '../engine/layout.ts';
import { WASM_PAGE } from '../engine/wasm/webassembly.ts';
import type { MachineConfiguration } from '../index.ts';
import { coreState } from '../isa/riscv/state.ts';
import { PageKeeper } from '../memory/page-keeper.ts';
import { coreSignals } from '../device/kit/core-signals.ts';
import { schema, u32, u64 } from '../snapshot/schema.ts';

/** Physical address of RAM on the board `virt`. */
const RAM_BASE = 0x8000_0000;
const PAGE_SIZE = 4096;
/** The first page of memory 0 stays unused, so that a zero address is never anything's. */
const CONTROL_AT = PAGE_SIZE;
/** Decoded pages a core: 32 KiB each, touched as needed; a booting Debian kernel uses about 700. */
const POOL_PAGES = 1280;

/** What the owner wants of the cores. */
export const WISH = { run: 0, pause: 1, stop: 2 } as const;

/** Words by which threads steer each other. Not guest state. */
export const controlState = schema('control', 1, {
  wish: u32(),
  /** Cores that are not executing (pausing or stopped). */
  parked: u32(),
  /** Counted up whenever a device writes to a page with translated code: the cores' cue to look for such pages. */
  staleWrites: u32(),
  /** `process.hrtime` nanoseconds at which the machine's clock reads 0; moved on by pauses. */
  clockOrigin: u64(),
});

export interface MachineLayout {
  readonly control: number;
  readonly board: BoardLayout;
  readonly cores: readonly CoreLayout[];
  readonly ram: RamLayout;
  /** Address of the area of `PageKeeper`. */
  readonly kept: number;
  /** WebAssembly pages in all. */
  readonly memoryPages: number;
}

/**
 * Lays a machine out.
 * @throws MachineError for more devices than the board has room for
 */
export function machineLayout(configuration: MachineConfiguration): MachineLayout {
  const { memoryBytes } = configuration;
  const ramPages = memoryBytes / PAGE_SIZE;
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
  const cores = board.signals.map((signals) => {
    const layout = coreLayout({
      base: at,
      state: coreState,
      attention: signals + coreSignals.offsets.attention,
      staleWrites: CONTROL_AT + controlState.offsets.staleWrites,
      ramPages,
      poolPages: POOL_PAGES,
    });
    at = layout.end;
    return layout;
  });
  const host = Math.ceil(at / WASM_PAGE) * WASM_PAGE;
  const ram = { base: RAM_BASE, size: memoryBytes, host, pageFlags, generations };
  return { control: CONTROL_AT, board, cores, ram, kept, memoryPages: Math.ceil((host + memoryBytes) / WASM_PAGE) };
}

/** A thread's view of the copies that a live snapshot keeps. */
export const pageKeeper = ({ ram, kept }: MachineLayout, buffer: SharedArrayBuffer): PageKeeper =>
  new PageKeeper({ buffer, ramOffset: ram.host, size: ram.size, pageFlags: ram.pageFlags, area: kept });
