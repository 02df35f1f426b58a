/** What fetches packages, wherever they come from. */
import type { PackageRecord } from '../mirror/index.ts';

export interface PackageSource {
  /** Reads the package index; `progress` gets the bytes of it that are here. */
  update(progress: (bytes: number) => void, signal?: AbortSignal): Promise<void>;
  /** The version that the release offers. @throws ContractError when it has no such package */
  show(name: string, signal?: AbortSignal): Promise<PackageRecord>;
  /** Downloads a package into `folder`, continuing what an earlier call left there; answers with the file's path. */
  download(record: PackageRecord, folder: string, progress: (bytes: number) => void, signal?: AbortSignal): Promise<string>;
  /** Lets go of connections. */
  close(): void;
}
