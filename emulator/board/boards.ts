/**
 * The boards there are, by name; each has its description in descriptions.ts. Nothing else lists them. A board is loaded when
 * a machine wants it: with its architecture it is hundreds of modules, which every thread would wait for otherwise.
 */
import type { BoardName } from './descriptions.ts';
import type { BoardKind } from './kit/plan.ts';

const sources: Readonly<Record<BoardName, () => Promise<BoardKind>>> = {
  'riscv64-virt': async () => (await import('./riscv64-virt/board.ts')).riscv64Virt,
  pc: async () => (await import('./pc/board.ts')).pc,
};
const loaded = new Map<BoardName, BoardKind>();

/** Loads a board, so that `boardKind` finds it; at once where it is loaded already. */
export async function loadBoard(name: BoardName): Promise<BoardKind> {
  const kind = loaded.get(name) ?? (await sources[name]());
  loaded.set(name, kind);
  return kind;
}

/** A board that is loaded. @throws Error where nobody has called `loadBoard` for it */
export function boardKind(name: BoardName): BoardKind {
  const kind = loaded.get(name);
  if (!kind) throw new Error(`the board ${name} is used before it is loaded`);
  return kind;
}
