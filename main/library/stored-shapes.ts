/**
 * What a library, or a file with a machine, may hold: JSON and rows of somebody else, of another version or of a damaged
 * file are looked at before they are used.
 */
import { anyBoard } from '../../preload/contract/definition/boards.ts';
import { disk, imageFormat } from '../../preload/contract/definition/parts.ts';
import { PASSED_ON } from '../../preload/contract/definition/walk.ts';
import { admits } from '../../preload/contract/schema/problems.ts';
import { list, optional, passing, recordWith, text, whole } from '../../preload/contract/schema/shapes.ts';

/** What a file may say: bounds that follow from what a library can hold, so that no list or number in it is taken on trust. */
export const LARGEST = {
  snapshots: 50_000,
  identity: 64,
  name: 1000,
  note: 20_000,
  /** 24 lines of 100 characters. */
  thumbnail: 16_384,
  path: 4096,
  /** As a definition, in MiB. */
  memory: 65_536,
  /** 16 TiB. */
  diskBytes: 2 ** 44,
  slots: 64,
  ports: 32,
};
/** The last millisecond of the year 9999: SQLite and every date format can show it. */
const LAST_DATE = 253_402_300_799_999;

export const count = (max = Number.MAX_SAFE_INTEGER) => whole(0, max);
/** Milliseconds since the epoch, or of a length of time; file systems give parts of them. */
export const time = passing<number>(
  (value) => Number.isFinite(value) && Number(value) >= 0 && Number(value) <= LAST_DATE,
  'must be a time',
);
export const date = count(LAST_DATE);
export const identity = text(LARGEST.identity, 0);
const file = { path: text(LARGEST.path, 0), fileBytes: count(), changedAt: time, sha256: identity };
export const base = recordWith({ ...file, format: imageFormat, backing: optional(list(recordWith(file), 64)) });
export const snapshotDisk = recordWith({
  slot: count(LARGEST.slots - 1),
  disk: identity,
  sizeBytes: count(LARGEST.diskBytes),
  base: optional(base),
  definition: disk,
});
const boot = passing(
  (value) => typeof value === 'object' && value !== null && Object.values(value).every((each) => admits(file.path, each)),
  'must be files',
);
/** What it ran with: a start from its memory takes this as it is. */
export const configuration = recordWith({
  ...Object.fromEntries(PASSED_ON.map(({ path, field }) => [path, field.schema(anyBoard)])),
  memoryBytes: count(LARGEST.memory * 2 ** 20),
  boot,
  ports: list(text(LARGEST.name, 0), LARGEST.ports),
});

/** Whether following parents comes to an end everywhere. */
export function hasNoLoop(snapshots: readonly { readonly id: string; readonly parent: string | null }[]): boolean {
  const parents = new Map<string, string | null>(snapshots.map(({ id, parent }) => [id, parent]));
  const ends = new Set<string>();
  for (const { id } of snapshots) {
    const path = new Set<string>();
    for (let at: string | null = id; at !== null && !ends.has(at); at = parents.get(at) ?? null) {
      if (path.has(at)) return false;
      path.add(at);
    }
    for (const each of path) ends.add(each);
  }
  return true;
}
