/**
 * Finds the region around a hot target: the basic blocks reachable from it by direct jumps, within limits, with small
 * leaf functions and recursion followed through their calls. Everything that leads out becomes an exit.
 */
import type { Decoded, Flow } from '../../isa/row.ts';
import type { CodeSource } from './code-source.ts';

/** Larger regions cost the host's compiler more than in proportion, and far larger ones kill it. */
const MAX_INSTRUCTIONS = 480;
const MAX_BLOCKS = 96;
/** A called function is followed into only when it is this small and calls nothing itself. */
const LEAF_INSTRUCTIONS = 48;

export interface RegionInstruction {
  /** Distance from the region's entry in bytes. */
  readonly at: number;
  readonly decoded: Decoded;
}

/** How a block ends; targets are distances, and not all need be blocks of the region. */
export type Terminator =
  | { readonly kind: 'next'; readonly target: number }
  | { readonly kind: 'branch'; readonly taken: number; readonly next: number }
  | { readonly kind: 'jump'; readonly target: number }
  /** A call that goes on inside the region at `target`. */
  | { readonly kind: 'call'; readonly target: number }
  /** An address computed at run time; `returns`: a return, which may come back to a call of this region. */
  | { readonly kind: 'indirect'; readonly returns: boolean }
  /** The last instruction is for the interpreter. */
  | { readonly kind: 'leave' };

export interface Block {
  readonly at: number;
  readonly instructions: readonly RegionInstruction[];
  readonly terminator: Terminator;
}
export interface Region {
  readonly blocks: ReadonlyMap<number, Block>;
  /** Where followed calls return to. */
  readonly returnSites: readonly number[];
  readonly instructions: number;
}

/** What the compiler can do with an instruction that the tables mark as ending a fragment. */
export type Supported = (decoded: Decoded) => 'inline' | 'leave';

const flowOf = ({ row, operands }: Decoded): Flow | undefined => row.flow?.(operands);

export function findRegion(source: CodeSource, supported: Supported): Region {
  const { leaders, returnSites } = findLeaders(source, supported);
  const blocks = new Map<number, Block>();
  let instructions = 0;
  // Nearest to the entry in discovery order first, so that limits cut what is farthest.
  for (const leader of leaders) {
    if (blocks.size >= MAX_BLOCKS || instructions >= MAX_INSTRUCTIONS) break;
    const block = readBlock(source, leader, leaders, returnSites, supported);
    if (block.instructions.length === 0) continue;
    blocks.set(leader, block);
    instructions += block.instructions.length;
  }
  return { blocks, returnSites: [...returnSites].filter((site) => blocks.has(site)), instructions };
}

/** Walks the code once to find where blocks begin. */
function findLeaders(source: CodeSource, supported: Supported): { leaders: Set<number>; returnSites: Set<number> } {
  const leaders = new Set([0]);
  const returnSites = new Set<number>();
  const seen = new Set<number>();
  let budget = MAX_INSTRUCTIONS * 2;
  for (const leader of leaders) {
    if (leaders.size > MAX_BLOCKS * 2 || budget <= 0) break;
    for (let at = leader; !seen.has(at) && budget > 0;) {
      seen.add(at);
      budget--;
      const decoded = source.instruction(at);
      if (!decoded) break;
      const { row, length } = decoded;
      const flow = flowOf(decoded);
      if (!row.ends || (!flow && supported(decoded) === 'inline')) {
        at += length;
        continue;
      }
      if (flow?.kind === 'jump' && !flow.links) leaders.add(at + flow.by);
      else if (flow?.kind === 'jump' && followed(source, at + flow.by, leaders)) {
        leaders.add(at + flow.by);
        leaders.add(at + length);
        returnSites.add(at + length);
      } else if (flow?.kind === 'branch') {
        // Fall-through first: compilers lay out the likely path straight.
        leaders.add(at + length);
        leaders.add(at + flow.by);
      }
      break;
    }
  }
  return { leaders, returnSites };
}

/** Recursion into the region's own entry, or a small leaf function. */
function followed(source: CodeSource, target: number, leaders: ReadonlySet<number>): boolean {
  return target === 0 || leaders.has(target) || isSmallLeaf(source, target);
}
function isSmallLeaf(source: CodeSource, target: number): boolean {
  const pending = [target];
  const seen = new Set<number>();
  let returns = false;
  for (const from of pending) {
    for (let at = from; !seen.has(at);) {
      seen.add(at);
      if (seen.size > LEAF_INSTRUCTIONS) return false;
      const decoded = source.instruction(at);
      if (!decoded) return false;
      const flow = flowOf(decoded);
      if (flow?.kind === 'branch') {
        pending.push(at + flow.by);
      } else if (flow?.kind === 'jump') {
        if (flow.links) return false;
        pending.push(at + flow.by);
        break;
      } else if (flow?.kind === 'indirect') {
        if (!flow.returns) return false;
        returns = true;
        break;
      } else if (decoded.row.ends) return false;
      at += decoded.length;
    }
  }
  return returns;
}

function readBlock(
  source: CodeSource,
  leader: number,
  leaders: ReadonlySet<number>,
  returnSites: ReadonlySet<number>,
  supported: Supported,
): Block {
  const instructions: RegionInstruction[] = [];
  const end = (terminator: Terminator): Block => ({ at: leader, instructions, terminator });
  for (let at = leader; ;) {
    const decoded = source.instruction(at);
    // Code that cannot be read is the interpreter's: it arrives there by an ordinary jump.
    if (!decoded) return end({ kind: 'next', target: at });
    const { length } = decoded;
    const flow = flowOf(decoded);
    if (supported(decoded) === 'leave') {
      instructions.push({ at, decoded });
      return end({ kind: 'leave' });
    }
    instructions.push({ at, decoded });
    const next = at + length;
    if (flow?.kind === 'branch') return end({ kind: 'branch', taken: at + flow.by, next });
    if (flow?.kind === 'jump') {
      const target = at + flow.by;
      return end({ kind: returnSites.has(next) && flow.links && leaders.has(target) ? 'call' : 'jump', target });
    }
    if (flow) return end({ kind: 'indirect', returns: flow.returns });
    at = next;
    if (leaders.has(at)) return end({ kind: 'next', target: at });
    if (instructions.length >= MAX_INSTRUCTIONS) return end({ kind: 'next', target: at });
  }
}
