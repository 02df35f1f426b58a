/** Names that a host gives a meaning of its own, and which a guest must therefore not use. */
import { ShareError } from '../../emulator/share/errno.ts';
import { requireName } from '../../emulator/share/names.ts';

/** Streams, other separators, what Windows cuts off, its devices. */
// eslint-disable-next-line no-control-regex
const ON_WINDOWS = /[<>:"|?*\\\0-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** A file's other half. */
const ON_MACOS = /^\.\.namedfork$/i;

/** @throws ShareError EINVAL, ENAMETOOLONG */
export function requireHostName(name: string, platform: NodeJS.Platform = process.platform): string {
  requireName(name);
  if ((platform === 'win32' && ON_WINDOWS.test(name)) || (platform === 'darwin' && ON_MACOS.test(name))) throw new ShareError('EINVAL');
  return name;
}
