/** A limit on waiting for the host's file system: a network share that is gone answers nothing, for minutes or for ever. */
import { MachineError } from '../../error/machine-error.ts';

/** How long a path may take to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Paths that have not answered yet: another call would only block another of Node's few threads for files. */
const silent = new Set<string>();

export interface Waiting<T> {
  readonly path: string;
  /** Called with an answer that comes after all, which nobody waits for any more. */
  late?(value: T): void;
  readonly patienceMs?: number;
}

/** The call's answer. @throws what the call throws; MachineError `path-no-answer` when none comes in time */
export async function answering<T>({ path, late, patienceMs = PATIENCE_MS }: Waiting<T>, call: () => Promise<T>): Promise<T> {
  if (silent.has(path)) throw noAnswer(path);
  let given = false;
  let timer: NodeJS.Timeout | undefined;
  const answer = call();
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      given = true;
      silent.add(path);
      reject(noAnswer(path));
    }, patienceMs);
  });
  void answer
    .then(
      (value) => given && late?.(value),
      () => undefined,
    )
    .finally(() => given && silent.delete(path));
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}

const noAnswer = (path: string) => new MachineError('path-no-answer', { path });
