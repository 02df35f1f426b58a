/** Linux's error numbers, which guests of every architecture here share, and the error that carries one. */

export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EMLINK: 31,
  EPIPE: 32,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  ENOTSUP: 95,
  ESTALE: 116,
  EDQUOT: 122,
} as const;

export type ErrnoName = keyof typeof ERRNO;

/** What a guest is answered instead of what it asked for. */
export class ShareError extends Error {
  override readonly name = 'ShareError';
  readonly errno: number;

  constructor(name: ErrnoName) {
    super(name);
    this.errno = ERRNO[name];
  }
}

/** The number for a guest, of whatever was thrown: a host's error by its name, as hosts number them differently; all others EIO. */
export function errnoOf(error: unknown): number {
  if (error instanceof ShareError) return error.errno;
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' && Object.hasOwn(ERRNO, code) ? ERRNO[code as ErrnoName] : ERRNO.EIO;
}
