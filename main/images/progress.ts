import type { Step } from '../../preload/contract/tasks.ts';

/** How long work reports to whoever asked for it. */
export interface Progress {
  readonly message: Step;
  /** 0 to 1; absent where the amount is not known. */
  readonly fraction?: number;
  readonly bytesDone?: number;
  readonly bytesTotal?: number;
  readonly bytesPerSecond?: number;
}
export type Report = (progress: Progress) => void;

/** The speed is measured over about this long, so that it neither jumps nor lags. */
const window = 3_000;

/** Turns "so many bytes are here" into progress with a speed; bytes that were there at the first call do not count. */
export function byteProgress(
  message: Step,
  total: number | undefined,
  report: Report,
  now: () => number = Date.now,
): (bytes: number) => void {
  let marks: { readonly time: number; readonly bytes: number }[] = [];
  return (bytes) => {
    const time = now();
    marks = [...marks.filter((mark) => time - mark.time <= window), { time, bytes }];
    const first = marks[0]!;
    const speed = time > first.time ? Math.max(0, ((bytes - first.bytes) * 1000) / (time - first.time)) : undefined;
    report({
      message,
      bytesDone: bytes,
      ...(total ? { bytesTotal: total, fraction: Math.min(1, bytes / total) } : {}),
      ...(speed === undefined ? {} : { bytesPerSecond: Math.round(speed) }),
    });
  };
}
