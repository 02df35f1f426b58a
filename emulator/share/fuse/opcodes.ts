/** FUSE's messages by number (Linux, include/uapi/linux/fuse.h), those that are answered here. */
export const OPCODE = {
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  READLINK: 5,
  SYMLINK: 6,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  STATFS: 17,
  RELEASE: 18,
  FSYNC: 20,
  SETXATTR: 21,
  GETXATTR: 22,
  LISTXATTR: 23,
  REMOVEXATTR: 24,
  INIT: 26,
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  FSYNCDIR: 30,
  CREATE: 35,
  INTERRUPT: 36,
  DESTROY: 38,
  BATCH_FORGET: 42,
  FALLOCATE: 43,
  READDIRPLUS: 44,
  RENAME2: 45,
  COPY_FILE_RANGE: 47,
} as const;

/** Bits of INIT that are agreed to where the guest's kernel offers them. */
const ASYNC_READ = 1 << 0;
const ATOMIC_O_TRUNC = 1 << 3;
const BIG_WRITES = 1 << 5;
const AUTO_INVAL_DATA = 1 << 12;
const DO_READDIRPLUS = 1 << 13;
const READDIRPLUS_AUTO = 1 << 14;
const PARALLEL_DIROPS = 1 << 18;
const MAX_PAGES = 1 << 22;
const CACHE_SYMLINKS = 1 << 23;
/** Who writes takes set-id bits away: here there are none. A kernel that knows need not ask before each write whether there is something to take. */
const HANDLE_KILLPRIV_V2 = 1 << 28;
/**
 * Locks are not among them, so the guest keeps them to itself; nor is a cache of writes, as others may write to the folder; nor
 * windows of memory (DAX), which a folder of another process's files could not keep in step.
 */
export const WANTED =
  ASYNC_READ |
  ATOMIC_O_TRUNC |
  BIG_WRITES |
  AUTO_INVAL_DATA |
  DO_READDIRPLUS |
  READDIRPLUS_AUTO |
  PARALLEL_DIROPS |
  MAX_PAGES |
  CACHE_SYMLINKS |
  HANDLE_KILLPRIV_V2;

export const MAJOR = 7;
/** What these messages are in full; guests that know less get less. */
export const MINOR = 38;
/** The first that has all that is relied upon (kernels from 2018 on; virtio-fs is of 2019). */
export const MINOR_LEAST = 27;
export const WRITE_BYTES_MAX = 1024 * 1024;
export const PAGES_MAX = WRITE_BYTES_MAX / 4096;
