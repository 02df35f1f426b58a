/**
 * Saves a machine that keeps running: it stands still only while its state is taken and its pages are marked; the
 * copying goes on behind it, a little at a time, so that the caller's event loop stays free.
 */
import { runState } from '../engine/layout.ts';
import type { SavedMachine } from '../index.ts';
import { type MachineLayout, pageKeeper } from '../machine/layout.ts';
import { isZero, type PageKeeper } from '../memory/page-keeper.ts';
import { bind } from '../snapshot/schema.ts';
import type { MachineThreads } from './machine-threads.ts';

/** Pages looked at between two turns of the event loop: about a millisecond's work. */
const STRIDE = 512;
const PAGE_SIZE = 4096;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export async function saveMachine(threads: MachineThreads, layout: MachineLayout, buffer: SharedArrayBuffer): Promise<SavedMachine> {
  const keeper = pageKeeper(layout, buffer);
  const cores = layout.cores.map((core) => bind(runState, buffer, core.run));
  const state = await threads.whileStill((taken) => {
    keeper.markAll();
    for (const core of cores) core.protectRequested = 1;
    return taken;
  });
  return { state, pages: await copyBehind(keeper, layout.ram.size / PAGE_SIZE) };
}

async function copyBehind(keeper: PageKeeper, count: number): Promise<ReadonlyMap<number, Uint8Array>> {
  const pages = new Map<number, Uint8Array>();
  const add = (page: number, copy: Uint8Array | undefined) => {
    if (copy && !isZero(copy)) pages.set(page, copy);
  };
  for (let page = 0; page < count; page++) {
    add(page, keeper.take(page));
    if (page % STRIDE !== 0) continue;
    keeper.drain(add);
    await turn();
  }
  while (keeper.busy) {
    keeper.drain(add);
    await turn();
  }
  return new Map([...pages].sort(([a], [b]) => a - b));
}
