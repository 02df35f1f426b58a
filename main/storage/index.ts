/**
 * Storage of big data (RAM pages, disk clusters): content-addressed, deduplicated, compressed, crash-safe. The library
 * says what exists; this room keeps the bytes. See ARCHITECTURE.md, "Storage of big data".
 */
export { ZERO, LARGEST_CHUNK, SMALLEST_CHUNK, type ChunkId } from './chunk.ts';
export type { CheckReport } from './check.ts';
export type { Collected } from './collect.ts';
export type { Manifest, ManifestId, Manifests, NewManifest } from './manifests.ts';
export { openReader, type ChunkReader } from './reading.ts';
export { salvage, type Salvaged } from './salvage.ts';
export type { Sizes, Usage } from './sizes.ts';
export { open, type StorageOptions, type Store } from './store.ts';
