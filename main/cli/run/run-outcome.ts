/** From how a run ended to what `viv run` says and exits with. */
import { EXIT } from '../call-error.ts';
import type { RunResult } from './run-machine.ts';

export interface Outcome {
  readonly status: number;
  /** For `--stats`. */
  readonly reason: string;
  /** For standard error, where there is something to say. */
  readonly message?: string;
}

/** 128 + SIGINT and 128 + SIGPIPE, as shells report them. */
const INTERRUPTED = 130;
const PIPE_CLOSED = 141;

/** @param what `command` when the guest was to run one command and report its status */
export function outcomeOf(
  { ending, interrupted, status, log }: RunResult,
  what: 'command' | 'machine',
  timeout: number | undefined,
): Outcome {
  if (status !== undefined && what === 'command') return { status, reason: `command exited with ${status}` };
  if (interrupted === 'timeout')
    return { status: EXIT.timeout, reason: 'timeout', message: `stopped after ${timeout} seconds (--timeout)` };
  if (interrupted === 'signal') return { status: INTERRUPTED, reason: 'interrupted' };
  if (interrupted === 'output closed') return { status: PIPE_CLOSED, reason: 'output closed' };
  if (ending.kind === 'failed') {
    const lines = ending.log === '' ? log.join('\n') : ending.log;
    return {
      status: EXIT.failed,
      reason: `failed: ${ending.reason}`,
      message: `the machine failed: ${ending.reason}${lines === '' ? '' : `\n${lines}`}`,
    };
  }
  if (what === 'command') {
    const how = interrupted === 'left' ? 'you left' : ending.kind === 'reboot' ? 'the guest rebooted' : 'the guest powered off';
    return {
      status: EXIT.failed,
      reason: `${how} before the command reported its exit status`,
      message: `${how} before the command reported its exit status`,
    };
  }
  if (interrupted === 'left') return { status: EXIT.ok, reason: 'left' };
  if (ending.kind === 'poweroff') return { status: ending.code & 0xff || (ending.code === 0 ? 0 : EXIT.failed), reason: 'poweroff' };
  return { status: EXIT.ok, reason: ending.kind };
}
