/**
 * Names of files as bytes, whatever their encoding: a string here has one character (0 to 255) for each byte. Every name
 * that a guest or a saved session gives is checked in one place.
 */
import { ShareError } from './errno.ts';

/** Bytes in a name, as on every host file system here. */
export const NAME_BYTES_MAX = 255;
/** Bytes of a symbolic link's target. */
export const TARGET_BYTES_MAX = 4095;

export function byteString(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * A name of something in a directory: never a way to somewhere else.
 * @throws ShareError EINVAL, ENAMETOOLONG
 */
export function requireName(name: string): string {
  if (name.length > NAME_BYTES_MAX) throw new ShareError('ENAMETOOLONG');
  if (name === '' || name === '.' || name === '..' || /[/\0]|[^\0-\xff]/.test(name)) throw new ShareError('EINVAL');
  return name;
}
