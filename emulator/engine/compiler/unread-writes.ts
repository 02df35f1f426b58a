/**
 * Which registers instructions set by nature (flags) and nobody reads: backward liveness over a region. Wherever the region
 * may be left, the interpreter must find all registers as they were.
 */
import { type Graph, successors } from './graph.ts';
import type { Block, Region, RegionInstruction } from './region.ts';
import { registerKey } from './region-registers.ts';

export interface UnreadWrites {
  /** For each block, for each of its instructions the registers that another sets before anybody can see them. */
  readonly unread: ReadonlyMap<number, readonly ReadonlySet<string>[]>;
  /** For each block the registers that are set within it or behind it before anybody can look. */
  readonly overwritten: ReadonlyMap<number, ReadonlySet<string>>;
}
export function unreadWrites(region: Region, graph: Graph): UnreadWrites {
  const unread = new Map<number, readonly ReadonlySet<string>[]>();
  const overwritten = new Map<number, ReadonlySet<string>>();
  const isUsed = [...region.blocks.values()].some(({ instructions }) => instructions.some(({ decoded }) => decoded.row.implicit));
  if (!isUsed) return { unread, overwritten };
  // In reverse postorder only edges to loop heads go back, where the region may be left.
  for (const at of graph.order.toReversed()) {
    const block = region.blocks.get(at) as Block;
    const found = ofBlock(block.instructions, behind(block, region, graph, overwritten));
    unread.set(at, found.unread);
    overwritten.set(at, found.overwritten);
  }
  return { unread, overwritten };
}

const NONE: ReadonlySet<string> = new Set();

/** What is set on every way from a block's end before anybody can look. */
function behind(block: Block, region: Region, graph: Graph, overwritten: ReadonlyMap<number, ReadonlySet<string>>): ReadonlySet<string> {
  const { terminator } = block;
  if (terminator.kind === 'indirect' || terminator.kind === 'leave') return NONE;
  const ways = successors(block, region);
  // A way that is not among them leads out.
  const wanted = terminator.kind === 'branch' ? 2 : 1;
  const stays = ways.length === wanted && ways.every((to) => graph.has(block.at, to) && !graph.loopHeaders.has(to));
  if (!stays) return NONE;
  return ways.map((to) => overwritten.get(to) ?? NONE).reduce((all, next) => new Set([...all].filter((each) => next.has(each))));
}

/** @param behind what is set behind the block's end before anybody can look */
function ofBlock(
  instructions: readonly RegionInstruction[],
  behind: ReadonlySet<string>,
): { readonly unread: readonly ReadonlySet<string>[]; readonly overwritten: ReadonlySet<string> } {
  const unread: Set<string>[] = [];
  let overwritten = new Set(behind);
  for (const { decoded } of instructions.toReversed()) {
    const { row, operands } = decoded;
    const implicit = row.implicit ?? [];
    const written = implicit.filter(({ access }) => access === 'write').map(registerKey);
    unread.push(new Set(written.filter((register) => overwritten.has(register))));
    if (!row.pure) overwritten = new Set();
    for (const register of written) overwritten.add(register);
    for (const { file, number, access } of implicit) if (access !== 'write') overwritten.delete(registerKey({ file, number }));
    for (const { name, file, access } of row.operands)
      if (file !== undefined && access !== 'write') overwritten.delete(registerKey({ file, number: operands[name] ?? 0 }));
    // What it sets itself is seen by whoever does it again.
    if (!row.pure) overwritten = new Set();
  }
  return { unread: unread.reverse(), overwritten };
}
