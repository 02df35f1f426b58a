/** What the German sentences about errors are made of. */
import type { ErrorCode, ErrorFacts } from '../../../../preload/contract/errors/catalogue.ts';
import type { MachineState } from '../../../../preload/contract/machine-state.ts';
import type { Say } from '../../../../emulator/error/coded-error.ts';

/** Codes that reach a window; those of commands are told by the command line, in English. */
export type ShownCode = Exclude<ErrorCode, `cli-${string}`>;
/** A sentence without its full stop for each code. */
export type ErrorWords = { readonly [Code in ShownCode]: (facts: ErrorFacts<Code>, say: Say) => string };

export const quoted = (name: string): string => `„${name}“`;
export const listed = (names: readonly string[]): string => names.map(quoted).join(', ');
export const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const STATES: Readonly<Record<MachineState, string>> = {
  off: 'ist aus',
  starting: 'startet',
  running: 'läuft',
  paused: 'ist pausiert',
  stopping: 'schaltet aus',
  failed: 'ist fehlgeschlagen',
};
/** `läuft`, `ist aus`: a state as the verb of a sentence about the machine. */
export const does = (state: MachineState): string => STATES[state];

const FILES: Readonly<Record<string, string>> = {
  kernel: 'der Kernel',
  initrd: 'das initrd',
  program: 'das Programm',
  firmware: 'die Firmware',
  'device tree': 'der Gerätebaum',
};
/** `the kernel /boot/x` as `der Kernel /boot/x`; what is called otherwise stays as it is. */
export const file = (what: string): string =>
  what.replace(/^(?:the )?(kernel|initrd|program|firmware|device tree)\b/, (whole, name: string) => FILES[name] ?? whole);
