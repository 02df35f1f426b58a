/** File systems on a guest's disks, read only and from outside: ext2, ext3, ext4 and FAT, with their partitions. */
export { openVolumes, type FoundVolume, type FoundVolumes } from './open-volumes.ts';
export { entryAt, targetOf } from './entry-at.ts';
export { findPartitions, type Partition } from './partitions.ts';
export {
  FileSystemError,
  type DiskReader,
  type EntryKind,
  type FileExtent,
  type Volume,
  type VolumeEntry,
  type VolumeKind,
} from './volume.ts';
