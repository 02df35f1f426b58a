/**
 * The pages of a machine that runs, for other threads of the process: copying what a snapshot needs, and filling what a
 * machine that went back to a snapshot point has not read yet. Both take `SharedRam`, which may be posted.
 */
import type { Fault } from '../error/coded-error.ts';
import { causeOf } from '../error/machine-error.ts';
import type { SharedRam } from '../index.ts';
import { pageWork } from '../machine/layout.ts';
import { PAGE_SIZE } from '../memory/page-flags.ts';
import type { TakePage } from '../memory/page-keeper.ts';

/** Pages taken after one `room`; enough that waiting for it costs little, few enough to be quick. */
const STRIDE = 64;
/** While the caller has no room, pages that the guest changes are handed over this often, in milliseconds. */
const DRAIN_MS = 2;
/** Pages read at once: when somebody waits for one of them, it waits for all. */
const BATCH = 32;
/** What is read with a page somebody waits for: an aligned group of this many. */
const NEIGHBOURS = 16;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export interface CopyOptions {
  /** Pages that nobody touches are taken only after this has resolved, 64 at a time. Pages the guest changes come at once. */
  readonly room?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Copies the pages that `save` (or `restore` with `keep`) has marked; each is handed over once. One call a snapshot, on
 * any thread, better not on one that fills pages of the same machine. Until it ends the guest may have to wait for it:
 * never block this thread for longer than a few milliseconds.
 * @throws what `room` or `each` throws, or the signal's reason: the snapshot is given up then, and nothing is marked any more
 */
export async function copyPages(ram: SharedRam, each: TakePage, { room, signal }: CopyOptions = {}): Promise<void> {
  const { keeper } = pageWork(ram);
  try {
    for (let from = 0; ;) {
      await whileDraining(() => keeper.drain(each), room, signal);
      keeper.drain(each);
      const pages = keeper.unsaved(from, STRIDE);
      if (pages.length === 0) break;
      for (const page of pages) keeper.take(page, each);
      from = (pages.at(-1) as number) + 1;
    }
    while (keeper.finish(each)) await turn();
    keeper.done();
  } catch (error) {
    await abandonCopy(ram);
    throw error;
  }
}

/** Waits for room, a turn of the event loop at least; what others keep meanwhile is handed over. */
async function whileDraining(drain: () => void, room: CopyOptions['room'], signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await turn();
  if (!room) return;
  let open = false;
  const opened = room().finally(() => {
    open = true;
  });
  // Mostly there is room at once.
  await Promise.race([opened, turn()]);
  while (!open) {
    drain();
    signal?.throwIfAborted();
    await Promise.race([opened, pause(DRAIN_MS)]);
  }
  await opened;
}

/** Gives up the snapshot whose pages are marked: for when the thread that copied them is gone. */
export async function abandonCopy(ram: SharedRam): Promise<void> {
  const { keeper } = pageWork(ram);
  keeper.forget();
  while (keeper.finish(() => undefined)) await turn();
  keeper.done();
}

/** Reads pages: for each the 4096 bytes, or undefined where it is all zero. */
export type ReadPages = (pages: readonly number[]) => Promise<readonly (Uint8Array | undefined)[]>;

/**
 * Fills the pages that are absent since a return to a snapshot point (`RestorePoint.fill` has just been called with `ram`): first
 * those that somebody waits for, with their neighbours, then the others in order.
 * @returns `filled` when no page is absent any more; `superseded` when another return (whose own call fills what is left)
 *   or the machine's end came first
 * @throws what `read` throws; the machine fails with its message. The signal's reason: pages stay absent, and whoever
 *   touches them waits for another call
 */
export async function fillPages(
  ram: SharedRam,
  read: ReadPages,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<'filled' | 'superseded'> {
  const { absent, keeper } = pageWork(ram);
  const { epoch } = absent;
  const count = ram.sizeBytes / PAGE_SIZE;
  for (let from = 0; ; await turn()) {
    signal?.throwIfAborted();
    if (absent.epoch !== epoch) return 'superseded';
    const demanded = absent.demanded();
    const pages =
      demanded.length > 0 ? withNeighbours(demanded, count, (page, max) => absent.absent(page, max)) : absent.absent(from, BATCH);
    if (pages.length === 0) return 'filled';
    if (demanded.length === 0) from = (pages.at(-1) as number) + 1;
    let contents: readonly (Uint8Array | undefined)[];
    try {
      contents = await read(pages);
    } catch (error) {
      if (absent.epoch !== epoch) return 'superseded';
      if (!signal?.aborted) absent.lose(causeOf(error));
      throw error;
    }
    // Filling keeps what a snapshot needs: it does not outrun the thread that copies, which may even be this one.
    while (keeper.crowded && absent.epoch === epoch) await pause(1);
    absent.put(pages, contents, epoch, keeper);
  }
}

/** Those pages first, then the absent ones of the groups they lie in. */
function withNeighbours(demanded: readonly number[], count: number, absent: (from: number, max: number) => readonly number[]): number[] {
  const pages = new Set(demanded);
  for (const page of demanded) {
    const first = page - (page % NEIGHBOURS);
    for (const near of absent(first, NEIGHBOURS)) if (near < Math.min(first + NEIGHBOURS, count)) pages.add(near);
  }
  return [...pages];
}

/** The pages of a machine cannot be filled any more, for this reason: it ends as failed. */
export function failPages(ram: SharedRam, why: Fault): void {
  pageWork(ram).absent.lose(why);
}
