/**
 * The milestones of a boot, read off the serial console as it prints: seconds from the start of this process, so that
 * they say what a person waited.
 */

export interface Milestones {
  /** The first byte on the console. */
  firstOutput?: number;
  /** The kernel hands over to the first program. */
  init?: number;
  /** The first shell prompt. */
  prompt?: number;
  /** The machine ended. */
  end?: number;
}

const INIT = /Run \/\S+ as init process/;
// eslint-disable-next-line no-control-regex
const ESCAPES = /\x1b\[[0-?]*[ -/]*[@-~]/g;
/** A line that waits for typing: #, $ or > and a space, or a question for a login, at the end of what was printed. */
const PROMPT = /(?:^|[\r\n])[^\r\n]*(?:[#$>]|login:) $/;
/** What is looked at: more than the longest line that matters, and a prompt may come in several pieces. */
const WINDOW = 512;

export interface MilestoneWatch {
  readonly milestones: Milestones;
  output(bytes: Uint8Array): void;
  end(): void;
}

/** @param now seconds since the process began */
export function watchMilestones(now: () => number = () => performance.now() / 1000): MilestoneWatch {
  const milestones: Milestones = {};
  const decoder = new TextDecoder();
  let tail = '';
  return {
    milestones,
    output(bytes) {
      milestones.firstOutput ??= now();
      if (milestones.init !== undefined && milestones.prompt !== undefined) return;
      const text = tail + decoder.decode(bytes, { stream: true });
      if (milestones.init === undefined && INIT.test(text)) milestones.init = now();
      if (milestones.prompt === undefined && PROMPT.test(text.slice(-WINDOW).replace(ESCAPES, ''))) milestones.prompt = now();
      tail = text.slice(-WINDOW);
    },
    end: () => void (milestones.end ??= now()),
  };
}
