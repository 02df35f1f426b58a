/** What `SETATTR` asks for (`struct fuse_setattr_in`). Owners are not among it: everything belongs to the host's user. */
import { ShareError } from '../errno.ts';
import type { Change } from '../tree.ts';
import type { Message } from './message.ts';

const [MODE, SIZE, ACCESSED, MODIFIED, ACCESSED_NOW, MODIFIED_NOW] = [1, 8, 16, 32, 128, 256] as const;
const SECOND = 1_000_000_000n;
/** Times beyond what host file systems know are no times. */
const SECONDS_MAX = 1n << 40n;

export function readChange(message: Message): Change {
  const valid = message.u32();
  message.skip(4 + 8);
  const size = message.u64();
  message.skip(8);
  const [accessed, modified] = [message.seconds(), message.seconds()];
  message.skip(8);
  const [accessedPart, modifiedPart] = [message.u32(), message.u32()];
  message.skip(4);
  const mode = message.u32();
  if ((valid & SIZE) !== 0 && !Number.isFinite(size)) throw new ShareError('EFBIG');
  const timeOf = (given: number, now: number, seconds: bigint, part: number): bigint | 'now' | undefined => {
    if ((valid & now) !== 0) return 'now';
    if ((valid & given) === 0) return undefined;
    if (seconds > SECONDS_MAX || seconds < -SECONDS_MAX || part >= 1e9) throw new ShareError('EINVAL');
    return seconds * SECOND + BigInt(part);
  };
  return {
    mode: (valid & MODE) === 0 ? undefined : mode,
    size: (valid & SIZE) === 0 ? undefined : size,
    accessed: timeOf(ACCESSED, ACCESSED_NOW, accessed, accessedPart),
    modified: timeOf(MODIFIED, MODIFIED_NOW, modified, modifiedPart),
  };
}
