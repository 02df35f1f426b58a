/** Addresses of cards that are made up here. */
import { randomBytes } from 'node:crypto';

/** First bytes of addresses that are given here, as QEMU's are. */
const MAKER = '52:54:00';

/** An address that no card has. @param taken those that cards have */
export function freshAddress(taken: ReadonlySet<string>): string {
  for (;;) {
    const address = [MAKER, ...Array.from(randomBytes(3), (byte) => byte.toString(16).padStart(2, '0'))].join(':');
    if (!taken.has(address)) return address;
  }
}
