/** Frames of the wire over a byte stream: four bytes length (little endian), one byte kind (0 text, 1 bytes), content. */
import type { Socket } from 'node:net';
import type { Frame } from '../../preload/contract/wire.ts';

const HEADER = 5;

export function packFrame(frame: Frame): Buffer {
  const isText = typeof frame === 'string';
  const content = isText ? Buffer.from(frame) : Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  const packed = Buffer.allocUnsafe(HEADER + content.length);
  packed.writeUInt32LE(content.length, 0);
  packed[4] = isText ? 0 : 1;
  content.copy(packed, HEADER);
  return packed;
}

/** Reads the frames of a socket; what is not in this form ends the connection. */
export function readFrames(socket: Socket, receive: (frame: Frame) => void, longest: number): (piece: Buffer) => void {
  const read = frameReader(receive, longest);
  return (piece) => {
    try {
      read(piece);
    } catch {
      socket.destroy();
    }
  };
}

/**
 * Puts frames together from the pieces a stream delivers.
 * @param longest a frame that claims more bytes than this is refused with an error from the returned function
 */
export function frameReader(receive: (frame: Frame) => void, longest: number): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let have = 0;
  return (piece) => {
    pieces.push(piece);
    have += piece.length;
    while (have >= HEADER) {
      const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      pieces = [bytes];
      const length = bytes.readUInt32LE(0);
      if (length > longest) throw new Error(`a frame of ${length} bytes is too long`);
      if (have < HEADER + length) return;
      const content = bytes.subarray(HEADER, HEADER + length);
      pieces = [bytes.subarray(HEADER + length)];
      have -= HEADER + length;
      receive(bytes[4] === 0 ? content.toString('utf8') : new Uint8Array(content));
    }
  };
}
