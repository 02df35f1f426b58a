/** ICMP for IPv4 (RFC 792, RFC 1122 section 3.2.2). */
import { checksumOf, folded, sumOf } from './checksum.ts';

export const ICMP_BYTES = 8;
export const ECHO_REPLY = 0;
export const UNREACHABLE = 3;
export const ECHO = 8;
export const TIME_EXCEEDED = 11;
/** Codes of `UNREACHABLE`. */
export const NO_NETWORK = 0;
export const NO_HOST = 1;
export const NO_PORT = 3;
export const PROHIBITED = 13;

export interface Icmp {
  readonly type: number;
  readonly code: number;
  /** The second four bytes: of an echo its identifier and number. */
  readonly rest: Uint8Array;
  readonly data: Uint8Array;
}

/** Reads a packet's message; undefined where it is not right. @param unfinished its checksum is still to be written */
export function readIcmp(payload: Uint8Array, unfinished: boolean): Icmp | undefined {
  if (payload.length < ICMP_BYTES) return undefined;
  if (!unfinished && folded(sumOf(payload, 0, payload.length)) !== 0xffff) return undefined;
  return { type: payload[0] as number, code: payload[1] as number, rest: payload.slice(4, 8), data: payload.subarray(ICMP_BYTES) };
}

/** Writes a message with its checksum at `at`. */
export function writeIcmp(bytes: Uint8Array, at: number, { type, code, rest, data }: Icmp): void {
  bytes[at] = type;
  bytes[at + 1] = code;
  bytes.set(rest, at + 4);
  bytes.set(data, at + ICMP_BYTES);
  const sum = checksumOf(bytes, at, at + ICMP_BYTES + data.length);
  bytes[at + 2] = sum >> 8;
  bytes[at + 3] = sum & 0xff;
}
