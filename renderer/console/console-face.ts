/**
 * The console's face. A terminal measures its cells once, when it opens, so it must not be given a face that is still on
 * its way: it starts with the computer's and takes ours when every part of it that a prompt needs is there.
 */
const SIZES = ['16px', 'bold 16px'];

const faces = (): string => getComputedStyle(document.documentElement).getPropertyValue('--mono');
const ours = (): string => faces().split(',')[0]?.trim() ?? '';
/** Letters, and the lines that programs draw frames with. */
const NEEDED = 'x│';

const isHere = (): boolean => SIZES.every((size) => document.fonts.check(`${size} ${ours()}`, NEEDED));

/** The faces to open a terminal with now. */
export const facesNow = (): string => (isHere() ? faces() : faces().split(',').slice(1).join(','));

/**
 * Calls back with the full list once our face is there; not at all where it was from the beginning or cannot be had.
 */
export function whenFaceCame(take: (faces: string) => void): void {
  if (isHere()) return;
  void Promise.all(SIZES.map((size) => document.fonts.load(`${size} ${ours()}`, NEEDED))).then(
    () => take(faces()),
    (error: unknown) => console.warn('the console face could not be loaded', error),
  );
}
