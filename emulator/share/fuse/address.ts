/** To whom a message goes where several folders are behind one device. */
import { slotOf } from '../gathered/numbers.ts';
import { ROOT } from '../tree.ts';
import { IN_HEADER_BYTES, Message } from './message.ts';
import { OPCODE } from './opcodes.ts';

/** A folder by its slot, or by the name that was asked for in the root of all; else the root itself. */
export type Addressee = { readonly slot: number } | { readonly name: string } | 'root';

const FORGET_BYTES = 16;
const FORGETS_MAX = 0xffff;

/** Of one message but `BATCH_FORGET`. @returns undefined for what is no message */
export function addresseeOf(bytes: Uint8Array): Addressee | undefined {
  const message = Message.of(bytes);
  if (!message) return undefined;
  const slot = slotOf(message.node);
  if (slot !== undefined) return { slot };
  if (message.opcode !== OPCODE.LOOKUP || message.node !== ROOT) return 'root';
  try {
    return { name: message.text() };
  } catch {
    return 'root';
  }
}

/**
 * What `BATCH_FORGET` tells, as one such message for each folder that it is about.
 * @returns undefined for another message
 */
export function forgetsOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array<ArrayBuffer>> | undefined {
  const message = Message.of(bytes);
  if (message?.opcode !== OPCODE.BATCH_FORGET) return undefined;
  const told = new Map<number, [node: number, count: number][]>();
  try {
    const count = message.u32();
    message.skip(4);
    for (let left = Math.min(count, FORGETS_MAX); left > 0; left--) {
      const each: [number, number] = [message.u64(), message.u64()];
      const slot = slotOf(each[0]);
      if (slot !== undefined && Number.isFinite(each[1])) listed(told, slot).push(each);
    }
  } catch {
    // What was read before the fault holds.
  }
  return new Map([...told].map(([slot, all]) => [slot, batchForget(all)]));
}

function batchForget(all: readonly (readonly [node: number, count: number])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(IN_HEADER_BYTES + 8 + FORGET_BYTES * all.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(4, OPCODE.BATCH_FORGET, true);
  view.setUint32(IN_HEADER_BYTES, all.length, true);
  all.forEach(([node, count], index) => {
    const at = IN_HEADER_BYTES + 8 + FORGET_BYTES * index;
    view.setBigUint64(at, BigInt(node), true);
    view.setBigUint64(at + 8, BigInt(count), true);
  });
  return bytes;
}

function listed<T>(lists: Map<number, T[]>, key: number): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
