/** What things are called in the store: whose a manifest is, and which of its owner's it is. */

/** The owner of a snapshot's manifests. */
export const ownerOf = (snapshot: string): string => `snapshot:${snapshot}`;
/** The owner of a head's manifests. */
export const headOwner = (head: string): string => `head:${head}`;
/** The name of the manifest of a snapshot's memory. */
export const MEMORY = 'memory';
/** Guest RAM is stored in pages of this many bytes. */
export const PAGE_BYTES = 4096;
