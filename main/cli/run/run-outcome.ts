/** From how a run ended to what `viv run` says and exits with. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { EXIT } from '../call-error.ts';
import { signalStatus } from '../exec/signals.ts';
import { panicLoss } from '../../exec/panic-watch.ts';
import { endStatus, GUEST_EXIT, lossStatus } from '../exec/guest-exit.ts';
import { READER_GONE } from '../../output/print.ts';
import type { CommandRun } from './command-run.ts';
import type { Interruption, MachineRun } from './run-machine.ts';

export interface Outcome {
  readonly status: number;
  /** For `--stats`. */
  readonly reason: string;
  /** For standard error, where there is something to say. */
  readonly message?: string;
}

/** A run that was ended from here. */
function interruptedOutcome(interrupted: Interruption, timeout: number | undefined): Outcome {
  if (interrupted === 'timeout')
    return { status: EXIT.timeout, reason: 'timeout', message: `stopped after ${timeout} seconds (--timeout)` };
  if (interrupted === 'output closed') return { status: READER_GONE, reason: 'output closed' };
  if (interrupted === 'left') return { status: EXIT.ok, reason: 'left' };
  return { status: signalStatus(interrupted), reason: `interrupted by ${interrupted}` };
}

function failedOutcome(reason: string, lines: string): Outcome {
  return { status: EXIT.failed, reason: `failed: ${reason}`, message: `the machine failed: ${reason}${lines === '' ? '' : `\n${lines}`}` };
}

/** Of a machine on this terminal. */
export function machineOutcome({ ending, log }: MachineRun, interrupted: Interruption | undefined, timeout: number | undefined): Outcome {
  if (interrupted) return interruptedOutcome(interrupted, timeout);
  if (ending.kind === 'failed') return failedOutcome(wordsOf(ending.fault), ending.log === '' ? log.join('\n') : ending.log);
  if (ending.kind === 'poweroff') return { status: ending.code & 0xff || (ending.code === 0 ? 0 : EXIT.failed), reason: 'poweroff' };
  return { status: EXIT.ok, reason: ending.kind };
}

/** Of a command, whose guest may have ended before it did. */
export function commandOutcome(run: CommandRun, interrupted: Interruption | undefined, timeout: number | undefined): Outcome {
  const { ending, outcome, panic, log } = run;
  if (interrupted === 'left') return { status: EXIT.failed, reason: 'left', message: 'detached before the command ended' };
  if (outcome?.kind === 'ended' && ending.kind !== 'failed') {
    const { status, message } = endStatus(outcome.end);
    if (message !== undefined) return { status, reason: 'out of memory', message };
    return { status, reason: `command exited with ${status}` };
  }
  if (interrupted) return interruptedOutcome(interrupted, timeout);
  if (panic) {
    const loss = panicLoss(panic);
    const shown = run.console === '' ? '' : `\nThe guest's console printed last:\n${run.console}`;
    return { status: lossStatus(loss), reason: loss.kind, message: `${wordsOf(loss.reason)}${shown}` };
  }
  if (ending.kind === 'failed') return failedOutcome(wordsOf(ending.fault), ending.log === '' ? log.join('\n') : ending.log);
  if (outcome?.kind === 'lost')
    return { status: lossStatus(outcome.loss), reason: outcome.loss.kind, message: wordsOf(outcome.loss.reason) };
  const [status, what] = ending.kind === 'reboot' ? [GUEST_EXIT.reboot, 'rebooted'] : [GUEST_EXIT.powerOff, 'powered off'];
  return { status, reason: ending.kind, message: `the guest ${what} before the command ended` };
}
