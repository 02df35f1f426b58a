/** Notices on a guest's console that its kernel has panicked: Linux says so in one line, whatever its log level. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { CommandLoss } from '../../preload/contract/commands.ts';

export interface Panic {
  /** What the kernel says after "not syncing". */
  readonly reason: string;
  /** It had no memory left and nothing to kill for it. */
  readonly outOfMemory: boolean;
}

/** What it means for a command that ran. */
export const panicLoss = ({ reason: detail, outOfMemory }: Panic): CommandLoss =>
  outOfMemory
    ? { kind: 'out of memory', reason: faultWith('guest-out-of-memory', { detail }) }
    : { kind: 'panicked', reason: faultWith('guest-panicked', { detail }) };

const PANIC = /(?<!end )Kernel panic - not syncing: ([^\r\n]*)\r?\n/;
/** More than the line is long. */
const KEPT = 512;

export class PanicWatch {
  readonly #decoder = new TextDecoder('latin1');
  #tail = '';

  /** @returns the panic, at the output in which its line ends */
  output(bytes: Uint8Array): Panic | undefined {
    const text = this.#tail + this.#decoder.decode(bytes, { stream: true });
    const found = PANIC.exec(text);
    this.#tail = found ? '' : text.slice(-KEPT);
    if (!found) return undefined;
    const [, reason = ''] = found;
    return { reason, outOfMemory: /deadlocked on memory|out of memory/i.test(reason) };
  }
}
