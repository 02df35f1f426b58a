/** One entry of a volume by its path, as its guest would find it: links on the way lead on. */
import { nameOf } from './bytes.ts';
import type { Volume, VolumeEntry } from './volume.ts';

/** As many links as Linux follows (MAXSYMLINKS). */
const MOST_LINKS = 40;
/** As long as Linux takes a path (PATH_MAX). */
const LONGEST_TARGET = 4096;

/**
 * @param path from the root, with or without a leading slash; `..` and links are followed inside the volume
 * @returns nothing where there is no such entry, or its links lead in a circle or nowhere; the root has no entry
 * @throws FileSystemError
 */
export async function entryAt(volume: Volume, path: string): Promise<VolumeEntry | undefined> {
  const ahead = path.split('/').filter(isStep).reverse();
  const behind: string[] = [];
  let entry: VolumeEntry | undefined;
  for (let links = 0; ahead.length > 0;) {
    const part = ahead.pop() as string;
    if (part === '..') {
      behind.pop();
      entry = undefined;
      continue;
    }
    const wanted = [...behind, part].join('/');
    entry = (await volume.entriesIn(behind.join('/')))?.find((each) => each.path === wanted);
    if (!entry) return undefined;
    if (entry.kind !== 'link') behind.push(part);
    else {
      if (++links > MOST_LINKS) return undefined;
      const target = await targetOf(volume, entry);
      if (target.startsWith('/')) behind.length = 0;
      ahead.push(...target.split('/').filter(isStep).reverse());
      entry = undefined;
    }
  }
  if (entry || behind.length === 0) return entry;
  // The last step was one upwards.
  const folder = behind.slice(0, -1).join('/');
  return (await volume.entriesIn(folder))?.find((each) => each.path === behind.join('/'));
}

const isStep = (part: string): boolean => part !== '' && part !== '.';

const SLASH = 0x2f;

/** Where a link leads, its parts written as `list` writes names. */
export async function targetOf(volume: Volume, entry: VolumeEntry): Promise<string> {
  const bytes = new Uint8Array(Math.min(entry.sizeBytes, LONGEST_TARGET));
  const filled = await volume.read(entry, 0, bytes);
  const parts: string[] = [];
  for (let start = 0; start <= filled;) {
    const slash = bytes.indexOf(SLASH, start);
    const end = slash < 0 ? filled : slash;
    parts.push(nameOf(bytes.subarray(start, end)));
    start = end + 1;
  }
  return parts.join('/');
}
