/** The generation ID as the guest reads it: sixteen bytes, at any access width. */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import { GENERATION_ID_BYTES, type vmgenidState } from './state.ts';

/** What the registers ask of the device. */
export interface VmgenidFront {
  readonly state: StateOf<typeof vmgenidState>;
  readByte(index: number): number;
}

// prettier-ignore
export const vmgenidRegisters = registers<VmgenidFront>()({
  id: { at: 0, width: 1, count: GENERATION_ID_BYTES, doc: 'the generation ID', effect: 'lowers the line',
        read: (vmgenid, index) => vmgenid.readByte(index) },
});
