/** Which registers a region may have changed when it gets to a block, and when it leaves it: the others need no storing. */
import { type Graph, successors } from './graph.ts';
import type { Block, Region } from './region.ts';
import { type Changed, registerKey, type RegisterPart } from './region-registers.ts';

export interface ChangedRegisters {
  /** At a block's beginning and its end. */
  before(block: number): Changed;
  behind(block: number): Changed;
}

/** Forward over the region, until nothing is added. */
export function changedRegisters(region: Region, graph: Graph, parts: readonly RegisterPart[]): ChangedRegisters {
  const bits = new Map<string, Changed>();
  parts.forEach(({ register }, index) => bits.set(register, (bits.get(register) ?? 0n) | (1n << BigInt(index))));
  const own = new Map(graph.order.map((at) => [at, changedBy(region.blocks.get(at) as Block, bits)]));
  const before = new Map<number, Changed>();
  const behind = (at: number): Changed => (before.get(at) ?? 0n) | (own.get(at) ?? 0n);
  for (let added = true; added;) {
    added = false;
    for (const at of graph.order) {
      for (const to of successors(region.blocks.get(at) as Block, region)) {
        const there = before.get(to) ?? 0n;
        if ((there | behind(at)) === there) continue;
        before.set(to, there | behind(at));
        added = true;
      }
    }
  }
  return { before: (at) => before.get(at) ?? 0n, behind };
}

function changedBy({ instructions }: Block, bits: ReadonlyMap<string, Changed>): Changed {
  let changed = 0n;
  const add = (file: string, number: number) => (changed |= bits.get(registerKey({ file, number })) ?? 0n);
  for (const { decoded } of instructions) {
    const { row, operands } = decoded;
    for (const { name, file, access } of row.operands) {
      const number = operands[name];
      if (file !== undefined && number !== undefined && access !== 'read') add(file, number);
    }
    for (const { file, number, access } of row.implicit ?? []) if (access !== 'read') add(file, number);
  }
  return changed;
}
