/** When stored output was printed. */
import type { KeptOutput } from '../../preload/contract/consoles.ts';

/** When what is at a position was printed, in milliseconds since the epoch; 0 where nobody knows. */
export const timeAt = (marks: KeptOutput['marks'], position: number): number => marks.findLast(([at]) => at <= position)?.[1] ?? 0;
