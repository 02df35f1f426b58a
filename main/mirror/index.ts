/** The room's public face: a client of Debian mirrors, and what unpacks Debian's packages. Needs no program of the host. */
export { MirrorSession, mirrorAddress, type MirrorOptions } from './session.ts';
export type { IndexedPackage, PackageRecord } from './package-record.ts';
export { unpackDeb } from './archive/unpack.ts';
export { debEntries, MOST_CONTROL_BYTES } from './archive/deb.ts';
export type { TarEntry } from './archive/tar.ts';
export { ArchiveFault } from './archive/archive-fault.ts';
export { compressionOf, decompressed } from './archive/compression.ts';
export { parseStanzas } from './stanzas.ts';
