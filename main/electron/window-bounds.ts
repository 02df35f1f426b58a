/** Where the window was: kept in a small file, and used again only where a screen still shows it. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Rectangle } from 'electron';

export interface WindowPlace {
  readonly bounds: Rectangle;
  readonly maximised: boolean;
  /** What was in front, as the window's address from `#` on. */
  readonly address?: string;
}

/** Big enough for the list, a console of 80 by 24 characters and the figures. */
export const FIRST_SIZE = { width: 1180, height: 760 };
export const SMALLEST_SIZE = { width: 640, height: 420 };
/** So much of the title bar must be on a screen for a person to get hold of the window, in pixels. */
const GRIP = 80;

/** The stored place, or nothing when there is none, it is damaged, or no screen shows it. */
export function readPlace(file: string, screens: readonly Rectangle[]): WindowPlace | undefined {
  let place: WindowPlace;
  try {
    place = JSON.parse(readFileSync(file, 'utf8')) as WindowPlace;
  } catch {
    return undefined;
  }
  const bounds = place?.bounds;
  const numbers = [bounds?.x, bounds?.y, bounds?.width, bounds?.height];
  if (!numbers.every(Number.isInteger)) return undefined;
  if (bounds.width < SMALLEST_SIZE.width || bounds.height < SMALLEST_SIZE.height) return undefined;
  return screens.some((screen) => isReachable(bounds, screen))
    ? withAddress({ bounds, maximised: place.maximised === true }, place.address)
    : undefined;
}

/** An address that is none of a place in the window is left out. */
const withAddress = (place: WindowPlace, address: unknown): WindowPlace =>
  typeof address === 'string' && /^#\/\S{0,4000}$/.test(address) ? { ...place, address } : place;

function isReachable(bounds: Rectangle, screen: Rectangle): boolean {
  const shown = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
  return shown >= GRIP && bounds.y >= screen.y && bounds.y < screen.y + screen.height - GRIP;
}

/** Stores the place. A failure loses a convenience only, so it is not an error. */
export function writePlace(file: string, place: WindowPlace): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(place));
    renameSync(`${file}.new`, file);
  } catch (error) {
    console.error(`The window position could not be saved: ${String(error)}`);
  }
}
