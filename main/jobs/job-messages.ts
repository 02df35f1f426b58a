/** What the main thread and a worker of jobs say to each other. Errors cross as their code and facts. */
import type { SentError } from '../../emulator/error/crossing.ts';
import type { Progress } from '../tasks/task-list.ts';

export type ToWorker =
  | { readonly kind: 'run'; readonly job: number; readonly name: string; readonly args: unknown }
  | { readonly kind: 'cancel'; readonly job: number }
  | { readonly kind: 'close' };
export type FromWorker =
  | { readonly kind: 'opened' }
  /** Something went wrong in the thread that no job expected; it ends. */
  | { readonly kind: 'crashed'; readonly error: SentError }
  | { readonly kind: 'refused'; readonly error: SentError }
  | { readonly kind: 'progress'; readonly job: number; readonly progress: Progress }
  | { readonly kind: 'done'; readonly job: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly job: number; readonly error: SentError };
