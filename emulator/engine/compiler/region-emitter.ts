/** Writes a region's blocks into its routine, following the dominator tree: loops become loops, merges become blocks. */
import type { FloatPolicy } from '../../isa/architecture.ts';
import type { Decoded } from '../../isa/row.ts';
import { FLAG, flagBits, roundingIn } from '../float/environment.ts';
import type { Expression } from '../wasm/expression.ts';
import { load } from '../wasm/expression.ts';
import type { Label } from '../wasm/routine.ts';
import type { Graph } from './graph.ts';
import type { Block, Region, RegionInstruction } from './region.ts';
import { type ChangedRegisters, changedRegisters } from './changed-registers.ts';
import { type Knowledge, NONE, type NumberedRegister, registerKey } from './region-registers.ts';
import type { RegionRoutine } from './region-routine.ts';
import { type UnreadWrites, unreadWrites } from './unread-writes.ts';

const NOTHING: Knowledge = { constants: new Map(), normal: new Map(), late: false };

export class RegionEmitter {
  readonly #r: RegionRoutine;
  readonly #region: Region;
  readonly #graph: Graph;
  readonly #usesExactFloat: boolean;
  /** The routine with the architecture's own words. */
  readonly #cpu: unknown;
  readonly #unread: UnreadWrites;
  readonly #changed: ChangedRegisters;
  readonly #labels = new Map<number, Label>();
  readonly #loops = new Map<number, Label>();

  constructor(routine: RegionRoutine, region: Region, graph: Graph, float: 'fast' | 'exact') {
    this.#r = routine;
    this.#region = region;
    this.#graph = graph;
    this.#unread = unreadWrites(region, graph);
    this.#changed = changedRegisters(region, graph, routine.context.parts);
    const usesFloat = [...region.blocks.values()].some(({ instructions }) => instructions.some(({ decoded }) => decoded.row.float));
    this.#usesExactFloat = usesFloat && float === 'exact';
    this.#cpu = routine.context.architecture.cpu(routine);
  }
  get #policy(): FloatPolicy {
    const { name, float } = this.#r.context.architecture;
    if (!float) throw new Error(`${name} has floating-point rows and no policy for them`);
    return float;
  }

  write(): void {
    const r = this.#r;
    if (this.#graph.innermost.size > 0) r.near.begin(r);
    if (!this.#graph.loopHeaders.has(0)) this.#poll();
    if (this.#usesExactFloat) {
      // A reserved rounding mode makes instructions illegal; it cannot change while we run.
      const policy = this.#policy;
      r.at = 0;
      r.uncounted = 0;
      r.leaveWhen(r.gtU(roundingIn(r, policy, r.context.state.get(policy.rounding)), r.i32(policy.reservedAbove)));
    }
    this.#tree(0);
    r.unreachable();
  }

  /** Leaves for the run loop at a loop head or the entry, when the budget is used up or something wants attention. */
  #poll(at = 0): void {
    const r = this.#r;
    r.at = at;
    r.uncounted = 0;
    r.changed = this.#changed.before(at);
    const attention = load('i32', 4, false, r.i32(0), r.context.layout.attention);
    // The word is 0, or more than is ever left.
    r.leaveWhen(r.leS(r.left.get(), attention));
    if (!this.#usesExactFloat) return;
    // Once inexact is raised the faster mode is due: the interpreter's next floating-point instruction changes to it.
    const { state } = r.context;
    const policy = this.#policy;
    const inexact = r.ne(r.and(state.get(policy.flags), r.i32(flagBits(policy, FLAG.inexact))), r.i32(0));
    r.leaveWhen(r.and(inexact, r.eqz(roundingIn(r, policy, state.get(policy.rounding)))));
  }

  /** @param known what is known of registers however the block is reached */
  #tree(block: number, known: Knowledge = NOTHING): void {
    const { children, merges, loopHeaders, position } = this.#graph;
    const merged = (children.get(block) ?? [])
      .filter((child) => merges.has(child))
      .toSorted((a, b) => (position.get(b) as number) - (position.get(a) as number));
    if (!loopHeaders.has(block)) return this.#within(block, merged, known);
    this.#r.knowing(NOTHING, () =>
      this.#r.loop((label) => {
        this.#loops.set(block, label);
        this.#poll(block);
        this.#within(block, merged, NOTHING);
      }),
    );
  }

  /** The block's own code inside the blocks that its merge children follow; the last of them outermost. */
  #within(block: number, merged: readonly number[], known: Knowledge): void {
    const [outermost, ...rest] = merged;
    if (outermost === undefined) return this.#r.knowing(known, () => this.#body(this.#region.blocks.get(block) as Block));
    this.#r.block((label) => {
      this.#labels.set(outermost, label);
      this.#within(block, rest, known);
    });
    this.#tree(outermost);
  }

  /** Goes from one block to a target, inside the region where the edge is part of it, else out. */
  #goTo(from: number, target: number): void {
    const { position, merges } = this.#graph;
    if (!this.#graph.has(from, target)) return this.#exit(from, this.#address(target));
    const { loopHeaders } = this.#graph;
    const isBack = (position.get(target) as number) <= (position.get(from) as number);
    // At the head of a loop the region may be left.
    if (loopHeaders.has(target)) this.#r.settle();
    else if (merges.has(target)) this.#r.settle(this.#unread.overwritten.get(target));
    if (isBack) return this.#r.branchTo(this.#loops.get(target) as Label);
    if (merges.has(target)) return this.#r.branchTo(this.#labels.get(target) as Label);
    // Reached from here only.
    this.#tree(target, this.#r.known);
  }
  #address(target: number): Expression {
    return this.#r.addressAt(target);
  }
  #exit(from: number, address: Expression): void {
    this.#r.changed = this.#changed.behind(from);
    this.#r.leaveFor(address);
  }

  #body(block: Block): void {
    const r = this.#r;
    const { instructions, terminator } = block;
    r.inLoop = this.#graph.innermost.has(block.at);
    // The block's instructions are counted at its start; an exit in the middle gives back those not executed.
    const counted = terminator.kind === 'leave' ? instructions.length - 1 : instructions.length;
    if (counted > 0) r.left.set(r.sub(r.left.get(), r.i32(counted)));
    r.onJump = () => {
      if (terminator.kind === 'jump' || terminator.kind === 'call') this.#goTo(block.at, terminator.target);
    };
    r.onBranch = (condition) => {
      if (terminator.kind !== 'branch') return;
      r.fork(condition, () => this.#goTo(block.at, terminator.taken));
      this.#goTo(block.at, terminator.next);
    };
    r.onJumpTo = (address) => {
      if (terminator.kind !== 'indirect') return;
      if (terminator.returns)
        for (const site of this.#region.returnSites)
          if (this.#graph.has(block.at, site)) r.fork(r.eq(address, this.#address(site)), () => this.#goTo(block.at, site));
      this.#exit(block.at, address);
    };
    const { onBranch, onJump, onJumpTo } = r;
    const unread = this.#unread.unread.get(block.at) ?? [];
    r.changed = this.#changed.behind(block.at);
    instructions.forEach((instruction, index) => {
      r.uncounted = counted - index;
      r.unread = unread[index] ?? NONE;
      r.sets = setByNature(instruction);
      const last = index === instructions.length - 1;
      if (last && terminator.kind === 'leave') {
        r.at = instruction.at;
        return r.leave();
      }
      // Successors are written inside the last instruction's meaning and set these for themselves.
      Object.assign(r, { onBranch, onJump, onJumpTo });
      if (last) this.#mean(instruction);
      else r.scope(() => this.#mean(instruction));
    });
    if (terminator.kind === 'next') this.#goTo(block.at, terminator.target);
  }

  #mean({ at, decoded }: RegionInstruction): void {
    const r = this.#r;
    r.at = at;
    r.length = decoded.length;
    const { row } = decoded;
    const operands = constantOperands(r, decoded) as never;
    if (row.compiled) row.compiled(r as never, operands);
    else row.meaning?.(this.#cpu as never, operands);
  }
}

/** Registers that an instruction sets by nature. */
const setByNature = ({ decoded: { row } }: RegionInstruction): ReadonlySet<string> =>
  row.implicit ? new Set(row.implicit.flatMap((register) => (register.access === 'read' ? [] : [registerKey(register)]))) : NONE;

/** Operands as constants of the kinds that rows expect. */
function constantOperands(r: RegionRoutine, { row, operands, wide }: Decoded): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name, kind, file } of row.operands) {
    const number = operands[name] ?? 0;
    result[name] =
      file !== undefined
        ? ({ file, number } satisfies NumberedRegister)
        : kind === 'immediate'
          ? r.i64(wide?.[name] ?? number)
          : r.i32(number);
  }
  return result;
}
