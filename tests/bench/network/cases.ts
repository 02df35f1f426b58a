/** The network benchmark's cases: what guest/net.c can do, and how much of it so that the peer takes a few seconds for each. */

export interface NetworkCase {
  readonly name: 'send' | 'receive' | 'loop' | 'connect' | 'many';
  readonly title: string;
  /** Bytes, or connections. */
  readonly amount: number;
  readonly unit: 'bytes' | 'connections';
}

const MIB = 2 ** 20;

export const NETWORK_CASES: readonly NetworkCase[] = [
  { name: 'loop', title: 'loopback of the guest', amount: 256 * MIB, unit: 'bytes' },
  { name: 'send', title: 'guest to host', amount: 128 * MIB, unit: 'bytes' },
  { name: 'receive', title: 'host to guest', amount: 128 * MIB, unit: 'bytes' },
  { name: 'connect', title: 'one after the other', amount: 500, unit: 'connections' },
  { name: 'many', title: 'at once', amount: 500, unit: 'connections' },
];

/** `--quick` does this part of the bytes and of the connections one after the other. */
const QUICK_PART = 0.25;

export const amountOf = ({ name, amount }: NetworkCase, quick: boolean): number =>
  quick && name !== 'many' ? Math.round(amount * QUICK_PART) : amount;
