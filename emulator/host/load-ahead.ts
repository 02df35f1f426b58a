/** What a thread that waits for its machine loads meanwhile. */
import { loadBoard } from '../board/boards.ts';
import type { LoadAhead } from './messages.ts';

/** What cannot be loaded says so when the machine needs it. */
export async function loadAhead({ board, load }: LoadAhead): Promise<void> {
  await Promise.allSettled([loadBoard(board), ...load.map((module) => import(module))]);
}
