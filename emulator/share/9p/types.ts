/** 9P2000.L's requests by number (diod, protocol.md; Linux, include/net/9p/9p.h). An answer has the number after its request's. */
export const TYPE = {
  RLERROR: 7,
  STATFS: 8,
  LOPEN: 12,
  LCREATE: 14,
  SYMLINK: 16,
  MKNOD: 18,
  RENAME: 20,
  READLINK: 22,
  GETATTR: 24,
  SETATTR: 26,
  XATTRWALK: 30,
  XATTRCREATE: 32,
  READDIR: 40,
  FSYNC: 50,
  LOCK: 52,
  GETLOCK: 54,
  LINK: 70,
  MKDIR: 72,
  RENAMEAT: 74,
  UNLINKAT: 76,
  VERSION: 100,
  ATTACH: 104,
  FLUSH: 108,
  WALK: 110,
  READ: 116,
  WRITE: 118,
  CLUNK: 120,
  REMOVE: 122,
} as const;

export const VERSION = '9P2000.L';
/** Size u32, type u8, tag u16. */
export const HEADER_BYTES = 7;
/** What Linux's virtio transport takes at most: as many pages as its queue has descriptors, less three. */
export const MESSAGE_BYTES_MAX = 512_000;
export const MESSAGE_BYTES_LEAST = 4096;
/** Names in one walk. */
export const WALK_MAX = 16;
/** Names for nodes that a guest may have at once. */
export const FIDS_MAX = 65_536;
/** And of them for values of extended attributes, which are kept in memory. */
export const VALUES_MAX = 64;
