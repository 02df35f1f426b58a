/** Ports of the firmware configuration device (QEMU, docs/specs/fw_cfg, "Register Locations"), as offsets from port 0x510. */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { fwCfgState } from './state.ts';

/** What the registers ask of the device. */
export interface FwCfgFront {
  readonly state: StateOf<typeof fwCfgState>;
  select(item: number): void;
  readByte(): number;
  readDmaAddress(high: boolean): number;
  writeDmaAddress(high: boolean, value: number): void;
}

// prettier-ignore
export const fwCfgRegisters = registers<FwCfgFront>()({
  selector: { at: 0, width: 2, doc: 'chooses an item; its bytes are read from the beginning', write: (device, item) => device.select(item) },
  data:     { at: 1, width: 1, doc: 'the next byte of the item', effect: 'goes on to the next byte', read: (device) => device.readByte() },
  dmaHigh:  { at: 4, doc: 'high half of a transfer\'s address, big-endian; reads "QEMU"', read: (device) => device.readDmaAddress(true),
              write: (device, value) => device.writeDmaAddress(true, value) },
  dmaLow:   { at: 8, doc: 'low half, big-endian; starts the transfer; reads " CFG"', read: (device) => device.readDmaAddress(false),
              write: (device, value) => device.writeDmaAddress(false, value) },
});
