/** Registers of `edu` (QEMU's docs/specs/edu.rst). */
import type { StateOf } from '../../snapshot/schema.ts';
import { type Register, RegisterBank } from '../kit/registers.ts';
import type { eduState } from './state.ts';

/** Version 1.0 of the device, and its name. */
const IDENTIFICATION = 0x0100_00ed;
type Wide = 'dmaSource' | 'dmaDestination' | 'dmaCount' | 'dmaCommand';

/** What the registers ask of the device. */
export interface EduFront {
  readonly state: StateOf<typeof eduState>;
  computeFactorial(value: number): void;
  raise(bits: number): void;
  acknowledge(bits: number): void;
  setWide(field: Wide, high: boolean, value: number): void;
}

/** Half of a 64-bit register. */
const half = (at: number, field: Wide, high: boolean, doc: string): Register<EduFront> => ({
  at,
  doc,
  read: ({ state }) => Number(high ? state[field] >> 32n : state[field] & 0xffff_ffffn),
  write: (device, value) => device.setWide(field, high, value),
});

// prettier-ignore
export const eduRegisters = new RegisterBank<EduFront>({
  identification:   { at: 0x00, doc: 'version and name of the device', read: () => IDENTIFICATION },
  liveness:         { at: 0x04, doc: 'reads as the inverse of what was written', read: ({ state }) => ~state.liveness,
                      write: ({ state }, value) => (state.liveness = value) },
  factorial:        { at: 0x08, doc: 'becomes the factorial of what is written', read: ({ state }) => state.factorial,
                      write: (device, value) => device.computeFactorial(value) },
  status:           { at: 0x20, doc: 'bit 0: computing; bit 7: interrupt when a factorial is done', read: ({ state }) => state.status,
                      write: ({ state }, value) => (state.status = value & 0x80) },
  interruptStatus:  { at: 0x24, doc: 'why the interrupt was raised', read: ({ state }) => state.interruptStatus },
  interruptRaise:   { at: 0x60, doc: 'raises an interrupt; the value is added to interruptStatus', write: (device, value) => device.raise(value) },
  interruptAcknowledge: { at: 0x64, doc: 'clears bits of interruptStatus', write: (device, value) => device.acknowledge(value) },
  dmaSourceLow:       half(0x80, 'dmaSource', false, 'where a transfer takes from'),
  dmaSourceHigh:      half(0x84, 'dmaSource', true, 'its high half'),
  dmaDestinationLow:  half(0x88, 'dmaDestination', false, 'where a transfer puts'),
  dmaDestinationHigh: half(0x8c, 'dmaDestination', true, 'its high half'),
  dmaCountLow:        half(0x90, 'dmaCount', false, 'bytes of a transfer'),
  dmaCountHigh:       half(0x94, 'dmaCount', true, 'its high half'),
  dmaCommandLow:      half(0x98, 'dmaCommand', false, 'bit 0: start; bit 1: to RAM; bit 2: interrupt when done'),
  dmaCommandHigh:     half(0x9c, 'dmaCommand', true, 'its high half'),
});
