/** Waiting no longer than is sensible, or than somebody wants. */
export { within } from '../../emulator/host/patience.ts';

/** The signal of what nobody gives up. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Resolves when a signal is aborted. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
