/** What the main thread and a worker of jobs say to each other. Errors cross with what makes them what they are. */
import { MachineError } from '../../emulator/index.ts';
import { ContractError, type ErrorCode } from '../../preload/contract/contract.ts';
import { StorageError, type StorageProblem } from '../storage/index.ts';
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

export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly problem?: StorageProblem;
  readonly code?: ErrorCode;
}

export function sentError(thrown: unknown): SentError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    name: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error instanceof StorageError ? { problem: error.problem } : {}),
    ...(error instanceof ContractError ? { code: error.code } : {}),
  };
}

export function receivedError({ name, message, stack, problem, code }: SentError): Error {
  if (problem !== undefined) return new StorageError(problem, message);
  if (code !== undefined) return new ContractError(code, message);
  if (name === 'MachineError') return new MachineError(message);
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
