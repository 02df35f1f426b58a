/** Random trees of files on the host, and what a volume made from one must show. */
import { linkSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Volume, VolumeEntry } from '../../../../emulator/disk/filesystem/index.ts';
import type { Random } from '../../../differential/random.ts';

export interface Node {
  readonly kind: 'file' | 'directory' | 'link';
  /** A file's bytes, a link's target. */
  readonly content: Buffer;
  readonly modifiedAt: number;
}
export type Tree = Map<string, Node>;

export interface TreeOptions {
  /** Links, hard links and holes. */
  readonly unix: boolean;
  readonly files: number;
  readonly largest: number;
}

const SIZES = [0, 1, 59, 60, 61, 100, 150, 160, 511, 512, 513, 1023, 1024, 4095, 4096, 4097, 12_288, 70_000, 300_000];
const NAMES = ['plain', 'with space', 'Größe', '日本語', 'MiXed.Case', '.hidden', 'a.b.c.d', 'x'.repeat(200), 'naïve café.txt'];
/** mtools write only half of a letter that takes two units of UTF-16. */
const MORE_NAMES = [...NAMES, 'emoji 🦫'];

/** Fills a folder; answers with what is in it by path. */
export function makeTree(random: Random, folder: string, { unix, files, largest }: TreeOptions): Tree {
  const tree: Tree = new Map();
  const folders = [''];
  const at = () =>
    Date.UTC(1990 + random.below(45), random.below(12), 1 + random.below(28), random.below(24), random.below(60), 2 * random.below(30));
  const add = (path: string, node: Node) => {
    tree.set(path, node);
    if (node.kind !== 'link') utimesSync(join(folder, path), node.modifiedAt / 1000, node.modifiedAt / 1000);
  };
  const under = (parent: string, name: string) => (parent ? `${parent}/${name}` : name);
  for (let index = 0; index < files; index++) {
    const path = under(random.pick(folders), `${index} ${random.pick(unix ? MORE_NAMES : NAMES)}`);
    const whole = join(folder, path);
    if (random.chance(0.15)) {
      mkdirSync(whole);
      folders.push(path);
      tree.set(path, { kind: 'directory', content: Buffer.alloc(0), modifiedAt: 0 });
    } else if (unix && random.chance(0.15)) {
      const content = Buffer.from('t/'.repeat(random.pick([1, 10, 29, 30, 31, 200, 500])));
      symlinkSync(content.toString(), whole);
      tree.set(path, { kind: 'link', content, modifiedAt: 0 });
    } else if (unix && random.chance(0.1) && [...tree.values()].some(({ kind }) => kind === 'file')) {
      const [other, node] = random.pick([...tree].filter(([, { kind }]) => kind === 'file'));
      linkSync(join(folder, other), whole);
      tree.set(path, node);
    } else {
      const size = random.chance(0.1) ? random.below(largest) : random.pick(SIZES.filter((each) => each <= largest));
      const content = Buffer.from(Uint8Array.from({ length: size }, () => random.below(256)));
      writeFileSync(whole, content);
      add(path, { kind: 'file', content, modifiedAt: at() });
    }
  }
  if (unix) {
    const content = Buffer.alloc(900_000);
    const middle = Buffer.from('in the middle');
    middle.copy(content, 500_000);
    writeFileSync(join(folder, 'sparse'), content.subarray(0, 600_000));
    truncateSync(join(folder, 'sparse'), 900_000);
    add('sparse', { kind: 'file', content, modifiedAt: at() });
  }
  return tree;
}

/** One directory with so many names that it is hashed and several blocks long. */
export function addCrowd(folder: string, tree: Tree, count: number): void {
  mkdirSync(join(folder, 'crowd'));
  tree.set('crowd', { kind: 'directory', content: Buffer.alloc(0), modifiedAt: 0 });
  for (let index = 0; index < count; index++) {
    const path = `crowd/number ${index} of a great many`;
    const content = Buffer.from(String(index));
    writeFileSync(join(folder, path), content);
    tree.set(path, { kind: 'file', content, modifiedAt: 0 });
  }
}

export async function readWhole(volume: Volume, entry: VolumeEntry): Promise<Buffer> {
  const bytes = Buffer.alloc(entry.sizeBytes);
  // In odd pieces, so that reads begin and end inside blocks.
  for (let at = 0; at < bytes.length;) {
    const filled = await volume.read(entry, at, bytes.subarray(at, at + 50_001));
    if (filled === 0) throw new Error(`${entry.path} ends at ${at} of ${bytes.length}`);
    at += filled;
  }
  return bytes;
}

/** What a volume holds, as the same kind of map. */
export async function treeOf(volume: Volume): Promise<Map<string, Node & { readonly entry: VolumeEntry }>> {
  const tree = new Map<string, Node & { readonly entry: VolumeEntry }>();
  for await (const entry of volume.list()) {
    if (tree.has(entry.path)) throw new Error(`${entry.path} is listed twice`);
    const kind = entry.kind === 'other' ? 'file' : entry.kind;
    const content = kind === 'directory' ? Buffer.alloc(0) : await readWhole(volume, entry);
    tree.set(entry.path, { kind, content, modifiedAt: entry.modifiedAt, entry });
  }
  return tree;
}

/** Every difference between what must be there and what is, as lines. */
export function differences(expected: Tree, found: ReadonlyMap<string, Node>, withTimes: boolean): string[] {
  const lines: string[] = [];
  for (const [path, node] of expected) {
    const other = found.get(path);
    if (!other) lines.push(`missing: ${path}`);
    else if (other.kind !== node.kind) lines.push(`${path}: a ${other.kind} instead of a ${node.kind}`);
    else if (!other.content.equals(node.content))
      lines.push(`${path}: other content (${other.content.length}, not ${node.content.length} bytes)`);
    else if (withTimes && node.modifiedAt !== 0 && other.modifiedAt !== node.modifiedAt)
      lines.push(`${path}: changed at ${other.modifiedAt}, not ${node.modifiedAt}`);
  }
  for (const path of found.keys()) if (!expected.has(path)) lines.push(`not expected: ${path}`);
  return lines;
}
