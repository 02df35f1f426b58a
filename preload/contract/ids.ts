/** Identities that more than one contract names; people see names. */

/** A snapshot's: a ULID. */
export type SnapshotId = string & { readonly brand: 'SnapshotId' };
