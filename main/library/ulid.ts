/** ULIDs: 48 bits of time and 80 random bits in Crockford's base 32, so that ids sort by creation. */
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;

/** A new identity: 26 characters. */
export function ulid(now = Date.now()): string {
  let time = '';
  for (let rest = now; time.length < TIME_CHARACTERS; rest = Math.floor(rest / 32)) time = ALPHABET.charAt(rest % 32) + time;
  // 16 random bytes give one character each from their low five bits.
  return time + Array.from(randomBytes(16), (byte) => ALPHABET.charAt(byte & 31)).join('');
}
