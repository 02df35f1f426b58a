/**
 * The floors of main, from the ground up: a room looks down only, for types too. A room lists what it uses below it, so that
 * a new arrow is a decision that somebody sees.
 */
import type { Room } from './room.ts';

/** What a room of main says of itself; names are folders of main, places elsewhere are written out. */
interface Floor {
  /** Rooms of main whose values it uses. */
  readonly uses?: readonly string[];
  /** Rooms of main of which it knows only types. */
  readonly knows?: readonly string[];
  /** In place of what every room of main may use. */
  readonly beside?: readonly string[];
  /** More of the emulator. */
  readonly emulator?: readonly string[];
  /** Packages and Node modules; all of Node where absent. */
  readonly packages?: readonly string[];
}

const structures = 'emulator/structures';
const files = 'emulator/host/files';
const host = 'emulator/host/index';
const pages = 'emulator/host/pages';
const disk = 'emulator/disk';

/** What every room of main may use: the contracts, the emulator's public face, what went wrong, and how amounts are written. */
const EVERYWHERE = ['preload/contract', 'emulator/index', 'emulator/error', 'emulator/quantities'];

/** Ground floor first. */
export const FLOORS: Readonly<Record<string, Floor>> = {
  build: { beside: [], packages: ['node:', 'esbuild', 'vite'] },
  output: { emulator: [structures] },
  ending: { uses: ['output'], emulator: [host, 'emulator/host/patience'] },
  tasks: {},
  exec: {},
  network: { emulator: ['emulator/network', 'emulator/device/kit/network', 'emulator/device/virtio/net/header'] },
  shares: { emulator: ['emulator/share'], packages: ['node:', 'koffi'] },
  library: { emulator: [structures], packages: ['node:', 'sqlite3'] },
  claims: { uses: ['library'], emulator: [files] },
  mirror: { packages: ['node:', 'openpgp', 'node-liblzma'] },
  images: { uses: ['library', 'mirror'], emulator: [files, 'emulator/format', 'emulator/isa/assembly', 'emulator/isa/disassembly'] },
  storage: { uses: ['library'], emulator: [structures] },
  jobs: { uses: ['ending', 'storage'], knows: ['tasks'] },
  disks: {
    uses: ['library', 'storage'],
    knows: ['claims', 'tasks'],
    emulator: [structures, files, disk, 'emulator/format'],
    packages: ['node:', 'sqlite3'],
  },
  heads: { uses: ['library', 'storage', 'disks'], knows: ['jobs'] },
  ram: { uses: ['storage'], knows: ['jobs'], emulator: [structures, pages] },
  compare: { uses: ['storage', 'disks'], knows: ['jobs'], emulator: [disk] },
  archive: { uses: ['library', 'storage', 'disks', 'compare'], knows: ['jobs'], emulator: [files, disk] },
  workers: { uses: ['storage', 'jobs', 'disks', 'ram', 'compare', 'archive'], knows: ['library'] },
  supervisor: { uses: ['exec', 'library', 'images', 'disks', 'network', 'shares'], emulator: [host, files, structures] },
  printed: { uses: ['library', 'jobs', 'supervisor'], emulator: [structures] },
  ssh: { uses: ['build', 'images', 'supervisor'], packages: ['node:', 'node-pty'] },
  doors: { uses: ['library', 'supervisor', 'ssh'], emulator: [structures] },
  installing: { uses: ['exec', 'mirror', 'images', 'supervisor'], emulator: [host] },
  taking: {
    uses: ['library', 'storage', 'heads', 'supervisor'],
    knows: ['tasks', 'jobs', 'disks', 'ram'],
    emulator: [structures, pages],
  },
  returning: { uses: ['library', 'storage', 'disks', 'network', 'shares', 'heads', 'taking'], knows: ['supervisor'], emulator: [pages] },
  bin: { uses: ['storage', 'disks', 'heads'], knows: ['tasks', 'library', 'jobs'] },
  snapshots: {
    uses: ['ending', 'library', 'storage', 'disks', 'heads', 'compare', 'archive', 'supervisor', 'taking', 'returning', 'bin'],
    knows: ['jobs'],
    emulator: [structures, pages],
  },
  checkpoints: { knows: ['library', 'supervisor', 'snapshots'] },
  transfer: {
    uses: ['ending', 'library', 'storage', 'disks', 'heads', 'compare', 'archive', 'supervisor', 'taking', 'snapshots'],
    knows: ['jobs'],
    emulator: [structures, disk],
  },
  history: {
    uses: [
      ...['ending', 'library', 'storage', 'disks', 'workers', 'supervisor', 'printed', 'returning', 'bin', 'snapshots', 'checkpoints'],
      'transfer',
    ],
    knows: ['jobs', 'taking'],
    emulator: [structures],
  },
  border: { knows: ['supervisor'] },
  services: {
    uses: ['library', 'images', 'storage', 'disks', 'network', 'supervisor', 'printed', 'ssh', 'doors', 'transfer'],
    knows: ['tasks', 'claims', 'jobs', 'compare', 'history', 'border'],
    emulator: [files, disk],
  },
  local: { uses: ['library', 'border'] },
  application: {
    uses: [
      ...[
        'output',
        'tasks',
        'network',
        'library',
        'claims',
        'images',
        'disks',
        'workers',
        'supervisor',
        'printed',
        'ssh',
        'doors',
        'installing',
        'history',
        'border',
        'services',
      ],
    ],
    emulator: [host],
  },
  'start-guest': { knows: ['application'] },
  cli: {
    uses: [
      ...[
        'build',
        'output',
        'ending',
        'exec',
        'network',
        'library',
        'claims',
        'images',
        'disks',
        'supervisor',
        'ssh',
        'doors',
        'installing',
        'history',
        'border',
        'local',
      ],
      ...['application'],
    ],
    emulator: [host, structures],
    packages: ['node:', 'node-pty'],
  },
  browser: {
    uses: ['output', 'ending', 'network', 'library', 'border', 'local', 'application', 'start-guest'],
    packages: ['node:', 'ws'],
  },
  electron: {
    uses: ['build', 'ending', 'library', 'local', 'application', 'start-guest', 'browser'],
    packages: ['node:', 'electron'],
  },
  start: { uses: ['build', 'output', 'library', 'browser', 'electron'] },
};

const inMain = (name: string) => `main/${name}`;

/** The rooms of main as rules like all others. */
export const MAIN_ROOMS: readonly Room[] = Object.entries(FLOORS).map(
  ([name, { uses = [], knows = [], beside = EVERYWHERE, emulator = [], packages = ['node:'] }]) => ({
    room: inMain(name),
    may: [...beside, ...emulator, ...uses.map(inMain)],
    types: knows.map(inMain),
    packages,
  }),
);

/** Rooms that use or know one that is not below them, as `a -> b`. */
export function arrowsUp(floors: Readonly<Record<string, Floor>> = FLOORS): string[] {
  const order = Object.keys(floors);
  return Object.entries(floors).flatMap(([name, { uses = [], knows = [] }]) =>
    [...uses, ...knows].filter((other) => !order.slice(0, order.indexOf(name)).includes(other)).map((other) => `${name} -> ${other}`),
  );
}
