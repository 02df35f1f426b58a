/** State of a virtio console with several ports (virtio 1.3, section 5.3). */
import { type Schema, type Field, schema, u16, u32s } from '../../../snapshot/schema.ts';
import { TRANSPORT_FEATURES, transportFields, type TransportFields } from '../state.ts';

export const FEATURE_SIZE = 1n << 0n;
export const FEATURE_MULTIPORT = 1n << 1n;
export const FEATURE_EMERGENCY_WRITE = 1n << 2n;
export const CONSOLE_QUEUE_SIZE = 128;

/** Control messages the device still owes the driver, a bit each in `owed`; sent in this order. */
export const OWES_ADD = 1;
export const OWES_CONSOLE = 2;
export const OWES_NAME = 4;
export const OWES_OPEN = 8;
export const OWES_SIZE = 16;

export type ConsoleFields = TransportFields & {
  columns: Field<number>;
  rows: Field<number>;
  owed: Field<Int32Array>;
  guestReady: Field<Int32Array>;
  guestOpen: Field<Int32Array>;
  sent: Field<Int32Array>;
  portColumns: Field<Int32Array>;
  portRows: Field<Int32Array>;
};

/** Queues of a console with `ports` ports: port 0, control, then the others, two each (section 5.3.2). */
export const consoleQueues = (ports: number): number => 2 * (ports + 1);

/** The schema for `ports` ports. Arrays have at least two elements, because a schema's array of one is a scalar. */
export function consoleState(ports: number): Schema<ConsoleFields> {
  const count = Math.max(2, ports);
  return schema('virtio-console', 1, {
    ...transportFields(consoleQueues(ports), TRANSPORT_FEATURES | FEATURE_SIZE | FEATURE_MULTIPORT | FEATURE_EMERGENCY_WRITE),
    /** Size of port 0 in characters. */
    columns: u16(80),
    rows: u16(25),
    /** Per port: messages owed; whether the driver is ready for it, and has it open. */
    owed: u32s(count),
    guestReady: u32s(count),
    guestOpen: u32s(count),
    /** Bytes of the transmit queue's next chain that the owner has already been given. */
    sent: u32s(count),
    portColumns: u32s(count),
    portRows: u32s(count),
  });
}

/** Index of a port's receive queue (device to driver); its transmit queue is the next. */
export const receiveQueue = (port: number): number => (port === 0 ? 0 : 2 + 2 * port);
export const CONTROL_RECEIVE = 2;
export const CONTROL_TRANSMIT = 3;
