/**
 * Who may import what, as data: the house of ARCHITECTURE.md. A file belongs to the room with the longest matching
 * path. A room may always import itself.
 */
import { MAIN_ROOMS } from './floors.ts';
import type { Room } from './room.ts';

const state = 'emulator/snapshot';
/** How state is declared: a word of the language here, so every room may use it. */
const schema = 'emulator/snapshot/schema';
const kit = 'emulator/device/kit';
/** Structures that serve everywhere: the serial queue, what was recently used. */
const structures = 'emulator/structures';
/** How bytes, times and numbers are written for people. */
const quantities = 'emulator/quantities';
const contract = 'preload/contract';
const publicFace = ['emulator/index'];
/** Errors as codes and facts, and their words. It imports no other room's values but formats of numbers, so that every room below may say what went wrong. */
const error = 'emulator/error';

export const ROOMS: readonly Room[] = [
  // The computer. Lower rooms know nothing of ours but types.
  { room: structures, may: [], packages: [] },
  { room: quantities, may: [], packages: [] },
  { room: error, may: [quantities], packages: [] },
  { room: 'emulator/isa', may: [schema], types: ['emulator/memory', 'emulator/engine'], packages: [] },
  { room: 'emulator/memory', may: [schema, error], types: ['emulator/isa', state], packages: [] },
  { room: state, may: [error], types: ['emulator/memory'], packages: [] },
  { room: 'emulator/disk', may: [schema, structures, quantities, error], types: ['emulator/memory'], packages: [] },
  { room: 'emulator/disk/filesystem', may: [structures, error, 'emulator/snapshot/crc32'], packages: [] },
  // The engine meets an architecture only through the interface in emulator/isa/architecture, never through emulator/isa/riscv.
  {
    room: 'emulator/engine',
    may: ['emulator/isa/architecture', 'emulator/memory', state, structures],
    types: ['emulator/isa/*', 'emulator/index'],
    packages: [],
  },
  { room: kit, may: ['emulator/memory', state], packages: [] },
  {
    room: 'emulator/device',
    each: true,
    may: [kit, state, 'emulator/device/pci'],
    types: ['emulator/memory', 'emulator/disk'],
    packages: [],
  },
  {
    room: 'emulator/device/virtio',
    each: true,
    may: [kit, state, 'emulator/device/pci', 'emulator/device/virtio/*'],
    types: ['emulator/memory', 'emulator/disk'],
    packages: [],
  },
  { room: 'emulator/format', may: [], packages: [] },
  // What is on the other end of a network card's cable; it knows frames, no device.
  { room: 'emulator/network', may: [], types: [kit], packages: [] },
  // What a shared folder's messages mean; it knows a tree of files, neither device nor host.
  { room: 'emulator/share', may: [], packages: [] },
  {
    room: 'emulator/board',
    may: [error, quantities, structures, 'emulator/format', 'emulator/device', 'emulator/isa', 'emulator/memory', state, 'emulator/index'],
    packages: [],
  },
  {
    room: 'emulator/machine',
    may: [
      error,
      'emulator/isa',
      'emulator/engine',
      'emulator/memory',
      'emulator/device',
      'emulator/board',
      'emulator/disk',
      state,
      'emulator/index',
    ],
    packages: [],
  },
  { room: 'emulator/index', may: [error, 'emulator/machine'], types: ['emulator'], packages: [] },
  { room: 'emulator/host', may: ['emulator'], packages: ['node:'] },

  // The doorway.
  // Of the boards, what a person can choose: data without a board's code.
  { room: contract, may: ['emulator/board/descriptions', error, quantities], types: publicFace, packages: ['valibot'] },
  { room: 'preload', may: [contract, error], packages: ['electron'] },

  // The privileged half has its floors. Only the Electron shell knows Electron; only the build knows the build tools.
  ...MAIN_ROOMS,

  // What the person sees: views use everything below them, nothing looks upward.
  { room: 'renderer/styles', may: [], packages: [] },
  // What the window says, by languages; of what it speaks about, it knows the words of the contracts.
  { room: 'renderer/words', may: [quantities, contract, error], types: publicFace, packages: ['vue', 'vue-i18n'] },
  {
    room: 'renderer/components',
    may: [quantities, 'renderer/words', 'renderer/styles', 'renderer/composables'],
    types: [contract, ...publicFace],
    packages: ['vue', 'reka-ui', '@lucide/vue'],
  },
  {
    room: 'renderer/composables',
    may: [quantities, 'renderer/words', 'renderer/stores', 'renderer/console', contract],
    types: ['renderer/app', 'renderer/components', ...publicFace],
    packages: ['vue', 'pinia'],
  },
  {
    room: 'renderer/stores',
    may: ['renderer/words', 'renderer/composables', contract],
    types: ['renderer/app', ...publicFace],
    packages: ['vue', 'pinia'],
  },
  {
    room: 'renderer/console',
    may: [quantities, structures, 'renderer/words', 'renderer/composables', contract],
    types: ['renderer/app'],
    packages: ['vue', '@xterm/xterm', '@xterm/addon-fit', '@xterm/addon-search', '@xterm/addon-web-links', '@xterm/addon-webgl'],
  },
  // The editor of JSON texts; which fields and values there are it is told.
  {
    room: 'renderer/json',
    may: ['renderer/words'],
    packages: [
      ...['@codemirror/autocomplete', '@codemirror/commands', '@codemirror/lang-json', '@codemirror/language', '@codemirror/lint'],
      ...['@codemirror/state', '@codemirror/view', '@lezer/highlight'],
    ],
  },
  {
    room: 'renderer/views',
    may: [
      quantities,
      structures,
      'renderer/words',
      'renderer/components',
      'renderer/composables',
      'renderer/stores',
      'renderer/console',
      'renderer/json',
      'renderer/styles',
      contract,
      ...publicFace,
    ],
    types: ['renderer/app'],
    packages: ['vue', 'pinia'],
  },
  { room: 'renderer/app', may: ['renderer', contract, ...publicFace], packages: ['vue', 'pinia'] },
];

const withoutExtension = (file: string): string => file.replace(/\.(ts|vue)$/, '');
const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/'));

function covers(place: string, file: string): boolean {
  if (place.endsWith('/*')) return folderOf(file) === place.slice(0, -2);
  return file.startsWith(`${place}/`) || file === place || withoutExtension(file) === place;
}

/** The folder or file that is the boundary around `file`, and the rule that holds there. */
export function roomOf(file: string): { readonly rule: Room; readonly place: string } | undefined {
  const rules = ROOMS.filter(({ room }) => covers(room, file)).sort((a, b) => b.room.length - a.room.length);
  const rule = rules[0];
  if (!rule) return undefined;
  if (!rule.each) return { rule, place: rule.room };
  const [entry, ...inside] = file.slice(rule.room.length + 1).split('/');
  return { rule, place: `${rule.room}/${inside.length > 0 ? entry : '*'}` };
}

export type Refusal = { readonly because: string } | undefined;

/** Whether a file may import another project file or a package; a refusal says why not. */
export function refusal(from: string, to: string, typeOnly: boolean): Refusal {
  const home = roomOf(from);
  if (!home) return { because: `${from} belongs to no room` };
  if (covers(home.place, to)) return undefined;
  const { rule } = home;
  if (covers('tests', to)) return { because: 'nothing imports tests' };
  const ours = /^(emulator|main|renderer|preload|resources)\//.test(to);
  if (!ours) return packageAllowed(rule, to) ? undefined : { because: `${home.place} may not use the package ${to}` };
  if (rule.may.some((place) => covers(place, to))) return undefined;
  if (typeOnly && rule.types?.some((place) => covers(place, to))) return undefined;
  const onlyTypes = rule.types?.some((place) => covers(place, to)) ?? false;
  return { because: onlyTypes ? `${home.place} may import only types of ${to}` : `${home.place} may not know ${to}` };
}

/** A package covers its files (`@xterm/xterm/css/xterm.css`). */
function packageAllowed(rule: Room, name: string): boolean {
  return rule.packages.some((allowed) =>
    allowed === 'node:' ? name.startsWith('node:') : name === allowed || name.startsWith(`${allowed}/`),
  );
}
