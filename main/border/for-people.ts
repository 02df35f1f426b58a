/** Which errors say what a person can do: they are shown as they are, anything else is a fault of ours. */

/** Names of their classes: what comes from another thread has lost its class. */
const FOR_PEOPLE = [
  ...['ContractError', 'LibraryError', 'MachineError', 'SnapshotError', 'DiskImageError', 'FileSystemError', 'ArchiveError'],
  ...['ChangedBaseError', 'StorageError', 'DamagedChunkError', 'DamagedManifestError', 'DamagedOverlayError', 'MemoryLost'],
];

export const isForPeople = (error: Error): boolean => FOR_PEOPLE.includes(error.name);
