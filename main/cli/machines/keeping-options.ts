/** The options of `create` and `set` about keeping what a machine was: automatic checkpoints, and what quitting does. */
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { CallError } from '../call-error.ts';
import { byteSize } from '../drive-option.ts';

export const KEEPING_OPTIONS = {
  checkpoints: { type: 'string' },
  'checkpoint-budget': { type: 'string' },
  'on-quit': { type: 'string' },
} as const;

export const KEEPING_HELP = `  --checkpoints EVERY       take checkpoints at this interval while it runs, for example 30s, 5m or 1h, or off (default)
  --checkpoint-budget SIZE  disk space for checkpoints, for example 2G; the oldest are deleted; off: no limit (default)
  --on-quit save|stop       when Vivarium quits: save the running machine (default) or stop it`;

type Values = { readonly [K in keyof typeof KEEPING_OPTIONS]?: string };
export type KeepingPatch = Pick<Partial<MachineDefinition>, 'checkpoints' | 'onQuit'>;

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };
const DAY = 86_400;

/** Reads `30s`, `5m`, `1h`, `90` (seconds) or `off` into seconds; 0 is off. @throws CallError */
export function interval(text: string): number {
  if (text === 'off') return 0;
  const [, digits, unit = ''] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNITS[unit] ?? 1);
  if (digits === undefined || seconds < 1 || seconds > DAY)
    throw new CallError(`--checkpoints takes 30s, 5m, 1h (at most a day) or off, not "${text}"`);
  return seconds;
}

const budget = (text: string) => (text === 'off' ? 0 : byteSize(text, '--checkpoint-budget'));

function onQuit(text: string): 'save' | 'stop' {
  if (text !== 'save' && text !== 'stop') throw new CallError(`--on-quit takes save or stop, not "${text}"`);
  return text;
}

/**
 * What the options change in a definition.
 * @param before what there was: the one of interval and budget that is not given stays
 * @throws CallError
 */
export function keepingPatch(values: Values, before: KeepingPatch): KeepingPatch {
  const every = values.checkpoints === undefined ? before.checkpoints?.everySeconds : interval(values.checkpoints);
  const bytes = values['checkpoint-budget'] === undefined ? before.checkpoints?.budgetBytes : budget(values['checkpoint-budget']);
  if (values['checkpoint-budget'] !== undefined && every === undefined) throw new CallError('--checkpoint-budget needs --checkpoints');
  const changed = values.checkpoints !== undefined || values['checkpoint-budget'] !== undefined;
  return {
    ...(changed ? { checkpoints: { everySeconds: every ?? 0, budgetBytes: bytes ?? 0 } } : {}),
    ...(values['on-quit'] === undefined ? {} : { onQuit: onQuit(values['on-quit']) }),
  };
}
