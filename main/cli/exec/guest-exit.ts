/** Statuses of `viv run --run` and `viv exec` for a guest that ended before its command; commands seldom use them. */

export const GUEST_EXIT = {
  powerOff: 120,
  reboot: 121,
  panic: 122,
  outOfMemory: 123,
} as const;

export const GUEST_OUT_OF_MEMORY = 'the guest ran out of memory and its kernel killed the command (--memory gives a machine more)';

export const GUEST_EXIT_HELP = `that of COMMAND (128 and the signal's number where a signal ended it); 120 when the guest powered
off, 121 when it rebooted, 122 when its kernel panicked, 123 when it ran out of memory, each before COMMAND had ended;
124 after --timeout; 128 and the number of a signal that ended viv`;
