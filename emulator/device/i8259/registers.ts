/** Ports of the two 8259A (data sheet, "Programming the 8259A") and of the edge/level registers (82371AB, section 4.1.4). */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { i8259State } from './state.ts';

/** What the registers ask of the controllers; chip 0 is the master. */
export interface I8259Front {
  readonly state: StateOf<typeof i8259State>;
  readCommand(chip: number): number;
  writeCommand(chip: number, value: number): void;
  writeData(chip: number, value: number): void;
  setLevelTriggered(chip: number, value: number): void;
}

const command = (at: number, chip: number) => ({
  at,
  width: 1 as const,
  doc: 'read: IRR, ISR or a poll; write: ICW1, OCW2, OCW3',
  effect: 'answers a poll',
  read: (pic: I8259Front) => pic.readCommand(chip),
  write: (pic: I8259Front, value: number) => pic.writeCommand(chip, value),
});
const data = (at: number, chip: number) => ({
  at,
  width: 1 as const,
  doc: 'the mask (OCW1); ICW2 to ICW4 during initialisation',
  read: (pic: I8259Front) => pic.state.mask[chip] as number,
  write: (pic: I8259Front, value: number) => pic.writeData(chip, value),
});
const level = (at: number, chip: number) => ({
  at,
  width: 1 as const,
  doc: 'which inputs are level-triggered',
  read: (pic: I8259Front) => pic.state.levelTriggered[chip] as number,
  write: (pic: I8259Front, value: number) => pic.setLevelTriggered(chip, value),
});

/** Offsets from port 0x20. */
export const i8259Registers = registers<I8259Front>()({
  masterCommand: command(0x00, 0),
  masterData: data(0x01, 0),
  slaveCommand: command(0x80, 1),
  slaveData: data(0x81, 1),
  masterEdgeLevel: level(0x4b0, 0),
  slaveEdgeLevel: level(0x4b1, 1),
});
