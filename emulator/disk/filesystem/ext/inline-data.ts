/**
 * Small content that stands in the inode itself: the first 60 bytes in place of the block map, the rest as the extended
 * attribute `system.data`. Kernel documentation, "Inline Data".
 */
import { damaged } from '../volume.ts';
import { MAP_BYTES, type Inode } from './inode.ts';
import { systemData } from './system-data.ts';

/** The content, as long as the inode says. @throws FileSystemError `damaged` */
export function inlineData({ bytes, map, sizeBytes, number }: Inode): Uint8Array {
  const content = new Uint8Array(Math.min(sizeBytes, bytes.length));
  content.set(map.subarray(0, Math.min(MAP_BYTES, content.length)));
  if (content.length <= MAP_BYTES && sizeBytes === content.length) return content;
  const rest = systemData(bytes);
  if (!rest || rest.length < sizeBytes - MAP_BYTES) throw damaged(`inode ${number} does not hold its ${sizeBytes} bytes`);
  content.set(rest.subarray(0, content.length - MAP_BYTES), MAP_BYTES);
  return content;
}
