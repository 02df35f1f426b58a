/** Statuses of `viv run --run` and `viv exec` for a guest that ended before its command; commands seldom use them. */
import type { CommandEnd, CommandLoss } from '../../../preload/contract/commands.ts';
import { EXIT } from '../call-error.ts';

export const GUEST_EXIT = {
  powerOff: 120,
  reboot: 121,
  panic: 122,
  outOfMemory: 123,
} as const;

const OUT_OF_MEMORY = 'the guest ran out of memory and its kernel killed the command: give the machine more (--memory)';

export const GUEST_EXIT_HELP = `  that of COMMAND; 128 and the signal's number where a signal ended it
  120  the guest powered off before COMMAND ended
  121  the guest rebooted
  122  the guest's kernel panicked
  123  the guest ran out of memory
  124  --timeout; 128 and the signal's number where a signal ended viv`;

/** Of a command that has ended. */
export const endStatus = ({ status, outOfMemory }: CommandEnd): { readonly status: number; readonly message?: string } =>
  outOfMemory ? { status: GUEST_EXIT.outOfMemory, message: OUT_OF_MEMORY } : { status };

/** Of one whose end nobody knows. */
export function lossStatus({ kind }: CommandLoss): number {
  if (kind === 'powered off') return GUEST_EXIT.powerOff;
  if (kind === 'rebooted') return GUEST_EXIT.reboot;
  if (kind === 'panicked') return GUEST_EXIT.panic;
  return kind === 'out of memory' ? GUEST_EXIT.outOfMemory : EXIT.failed;
}
