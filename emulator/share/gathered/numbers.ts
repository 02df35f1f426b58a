/**
 * Node numbers where several folders are behind one device: each folder has a slot, and every number says whose it is. A
 * slot is never used again, so that what a guest kept of a folder that has gone is not taken for another's.
 */
import { ShareError } from '../errno.ts';

/** Of a session; the first is 1. Beyond it nothing can be added until the guest begins anew. */
export const SLOTS_MAX = 0xffff;
const SLOTS = SLOTS_MAX + 1;

export const numberIn = (slot: number, node: number): number => node * SLOTS + slot;
/** Absent where a number belongs to no slot: the root of all and what was never given. */
export function slotOf(number: number): number | undefined {
  return Number.isSafeInteger(number) && number >= SLOTS ? number % SLOTS || undefined : undefined;
}
/** @param error what is thrown for a number of another folder's */
export function nodeIn(slot: number, number: number, error: 'ESTALE' | 'EXDEV' = 'ESTALE'): number {
  if (slotOf(number) !== slot) throw new ShareError(error);
  return Math.floor(number / SLOTS);
}
