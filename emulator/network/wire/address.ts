/**
 * Internet addresses. Outside packets they are text in its one canonical form: `10.0.2.2`, and for IPv6 that of RFC 5952;
 * so they can be compared, be keys, and be handed to the host as they are.
 */

/** Bytes of an IPv4 address as text. */
export const textOf4 = (bytes: Uint8Array, at: number): string => `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;

/** The four bytes of an IPv4 address; undefined for what is none (no octal, no missing parts). */
export function bytesOf4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255)) return undefined;
  return Uint8Array.from(parts, Number);
}

/** As one number, for masks. The text must be an address. */
export function numberOf4(text: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf4(text) ?? [];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** An IPv4 address from a number. */
export const textOfNumber = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');

/** Bytes of an IPv6 address as text: the longest run of zeros is left out (RFC 5952, section 4). */
export function textOf6(bytes: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[at + 2 * index] as number) << 8) | (bytes[at + 2 * index + 1] as number));
  let [from, length] = [-1, 1];
  for (let index = 0; index < 8; index++) {
    let end = index;
    while (end < 8 && groups[end] === 0) end++;
    if (end - index > length) [from, length] = [index, end - index];
  }
  const words = groups.map((group) => group.toString(16));
  if (from < 0) return words.join(':');
  return `${words.slice(0, from).join(':')}::${words.slice(from + length).join(':')}`;
}

/** The sixteen bytes of an IPv6 address; undefined for what is none. A zone is none either. */
export function bytesOf6(text: string): Uint8Array | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const last = dotted && bytesOf4(dotted[2] as string);
  if (dotted && !last) return undefined;
  const plain = dotted && last ? `${dotted[1]}${hex(last, 0)}:${hex(last, 2)}` : text;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (!head || [...head, ...(tail ?? [])].some((group) => !/^[\da-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
const hex = (bytes: Uint8Array, at: number) => (((bytes[at] as number) << 8) | (bytes[at + 1] as number)).toString(16);

/** Six bytes of a card's address as text. */
export const textOfCard = (bytes: Uint8Array, at = 0): string =>
  Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
