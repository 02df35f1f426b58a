/** What the registers of a PCI function ask of it. */
import type { Schema, StateOf } from '../../snapshot/schema.ts';
import type { PciFields } from './state.ts';

export interface PciFront {
  readonly state: StateOf<Schema<PciFields>>;
  setCommand(value: number): void;
  /** A base address register: the address with the bits that say what the region is; 0 where there is none. */
  bar(index: number): number;
  setBar(index: number, value: number): void;
  setMsiControl(value: number): void;
  setMsixControl(value: number): void;
}
