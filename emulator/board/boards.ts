/** The boards there are, by name; each has its description in descriptions.ts. Nothing else lists them. */
import type { BoardName } from './descriptions.ts';
import type { BoardKind } from './kit/plan.ts';
import { pc } from './pc/board.ts';
import { riscv64Virt } from './riscv64-virt/board.ts';

export const boards = { 'riscv64-virt': riscv64Virt, pc } as const satisfies Record<BoardName, BoardKind>;
