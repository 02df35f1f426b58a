/** What an open file is by its content: its first bytes, and its last where a format keeps its mark there. */
import { FOOTER_BYTES, identify, IDENTIFYING_BYTES, type Identity } from '../../format/identify.ts';
import type { OpenPath } from './open-path.ts';

/** @throws what reading throws */
export async function identifyOpen(file: Pick<OpenPath, 'handle' | 'sizeBytes'>): Promise<Identity & { readonly head: Uint8Array }> {
  const head = await readAt(file, 0, IDENTIFYING_BYTES);
  const tail = await readAt(file, Math.max(0, file.sizeBytes - FOOTER_BYTES), FOOTER_BYTES);
  return { ...identify(head, tail), head };
}

async function readAt({ handle }: Pick<OpenPath, 'handle'>, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
