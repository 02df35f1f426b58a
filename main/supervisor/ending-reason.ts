/** How a run ended, as the reason of its machine's state. */
import type { Ending } from '../../emulator/index.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';

/** What a machine's state says after such an end. */
export function endingReason(ending: Ending): Reason {
  if (ending.kind === 'poweroff') return faultWith('guest-powered-off', { code: ending.code });
  if (ending.kind === 'reboot') return faultWith('guest-rebooted');
  return ending.kind === 'stopped' ? faultWith('stopped') : ending.fault;
}
