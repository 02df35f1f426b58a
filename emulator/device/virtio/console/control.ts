/** Control messages of a virtio console (virtio 1.3, section 5.3.6.2): `{ le32 id; le16 event; le16 value; }` and data. */

export const DEVICE_READY = 0;
export const PORT_ADD = 1;
export const PORT_READY = 3;
export const CONSOLE_PORT = 4;
export const RESIZE = 5;
export const PORT_OPEN = 6;
export const PORT_NAME = 7;

export interface ControlMessage {
  readonly port: number;
  readonly event: number;
  readonly value: number;
}
const MESSAGE_BYTES = 8;

/** A message as bytes, with what follows it. */
export function encodeControl({ port, event, value }: ControlMessage, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(MESSAGE_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, port, true);
  view.setUint16(4, event, true);
  view.setUint16(6, value, true);
  bytes.set(data, MESSAGE_BYTES);
  return bytes;
}

/** Reads a message; undefined where it is too short. */
export function decodeControl(bytes: Uint8Array): ControlMessage | undefined {
  if (bytes.length < MESSAGE_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, MESSAGE_BYTES);
  return { port: view.getUint32(0, true), event: view.getUint16(4, true), value: view.getUint16(6, true) };
}
