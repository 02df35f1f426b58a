/** The boards as definitions name them, and what holds where the board is not known. */
import { boardDescriptions } from '../../../emulator/board/descriptions.ts';
import type { BoardDescription, BoardName, Limits } from '../../../emulator/index.ts';

export const BOARD_NAMES = Object.keys(boardDescriptions) as readonly BoardName[];
/** What a machine has that does not say. */
export const USUAL_BOARD = BOARD_NAMES[0] as BoardName;

const all: readonly BoardDescription[] = Object.values(boardDescriptions);
const distinct = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];
const widest = (limits: readonly Limits[]): Limits => ({
  min: Math.min(...limits.map(({ min }) => min)),
  max: Math.max(...limits.map(({ max }) => max)),
});

/** What at least one board takes: for a command's options and for changes, whose board is known only to whoever stores them. */
export const anyBoard: BoardDescription = {
  ...boardDescriptions[USUAL_BOARD],
  cores: widest(all.map(({ cores }) => cores)),
  memoryMiB: widest(all.map(({ memoryMiB }) => memoryMiB)),
  disksMax: Math.max(...all.map(({ disksMax }) => disksMax)),
  networksMax: Math.max(...all.map(({ networksMax }) => networksMax)),
  sharesMax: Math.max(...all.map(({ sharesMax }) => sharesMax)),
  portsMax: Math.max(...all.map(({ portsMax }) => portsMax)),
  boots: distinct(all.flatMap(({ boots }) => boots)),
  virtio: distinct(all.flatMap(({ virtio }) => virtio)),
  devices: [...new Map(all.flatMap(({ devices }) => devices).map((device) => [device.name, device])).values()],
};

/** The board of that name; of a name that no board has, what any board takes. */
export const boardOf = (name: unknown): BoardDescription =>
  (Object.hasOwn(boardDescriptions, String(name)) ? boardDescriptions[name as BoardName] : undefined) ?? anyBoard;
