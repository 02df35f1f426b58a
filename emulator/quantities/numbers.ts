/** Numbers as people read them. */

/** A large number with its thousands apart: `131,072`. */
export const countText = (count: number): string => Math.round(count).toLocaleString('en-US');

/** A count with a word for its size: `812`, `4.2 million`, `1.3 billion`. */
export function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} billion`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} million`;
  return countText(count);
}

/** Millions of instructions a second: `0.4`, `12`, `1,240`. */
export const formatMips = (mips: number): string => (mips > 0 && mips < 10 ? mips.toFixed(1) : countText(mips));

/** A share from 0 to 1 as whole percent; never `100 %` for less than all of it. */
export function formatShare(share: number): string {
  const percent = share >= 1 ? 100 : Math.min(99, Math.round(share * 100));
  return `${percent} %`;
}
