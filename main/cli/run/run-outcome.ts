/** From how a run ended to what `viv run` says and exits with. */
import { EXIT } from '../call-error.ts';
import { signalStatus } from '../exec/signals.ts';
import { GUEST_EXIT, GUEST_OUT_OF_MEMORY } from '../exec/guest-exit.ts';
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
  if (ending.kind === 'failed') return failedOutcome(ending.reason, ending.log === '' ? log.join('\n') : ending.log);
  if (ending.kind === 'poweroff') return { status: ending.code & 0xff || (ending.code === 0 ? 0 : EXIT.failed), reason: 'poweroff' };
  return { status: EXIT.ok, reason: ending.kind };
}

/** Of a command, whose guest may have ended before it did. */
export function commandOutcome(run: CommandRun, interrupted: Interruption | undefined, timeout: number | undefined): Outcome {
  const { ending, outcome, panic, log } = run;
  if (interrupted === 'left') return { status: EXIT.failed, reason: 'left', message: 'you left before the command had ended' };
  if (outcome?.kind === 'ended' && ending.kind !== 'failed') {
    const { status, outOfMemory } = outcome.end;
    if (outOfMemory) return { status: GUEST_EXIT.outOfMemory, reason: 'out of memory', message: GUEST_OUT_OF_MEMORY };
    return { status, reason: `command exited with ${status}` };
  }
  if (interrupted) return interruptedOutcome(interrupted, timeout);
  const shown = run.console === '' ? '' : `\nThe guest's console printed last:\n${run.console}`;
  const ended = (status: number, reason: string, message: string): Outcome => ({ status, reason, message: `${message}${shown}` });
  if (panic?.outOfMemory)
    return ended(GUEST_EXIT.outOfMemory, 'out of memory', `the guest ran out of memory and its kernel panicked: ${panic.reason}`);
  if (panic) return ended(GUEST_EXIT.panic, 'panic', `the guest's kernel panicked: ${panic.reason}`);
  if (ending.kind === 'failed') return failedOutcome(ending.reason, ending.log === '' ? log.join('\n') : ending.log);
  if (outcome?.kind === 'lost') return { status: EXIT.failed, reason: outcome.reason, message: outcome.reason };
  const [status, what] = ending.kind === 'reboot' ? [GUEST_EXIT.reboot, 'rebooted'] : [GUEST_EXIT.powerOff, 'powered off'];
  return { status, reason: ending.kind, message: `the guest ${what} before the command had ended` };
}
