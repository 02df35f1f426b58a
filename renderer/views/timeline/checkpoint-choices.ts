/** Automatic checkpoints as a person chooses them: how often, and how much they may take up. */
import { INTERVAL_MAX } from '../../../preload/contract/definition/units.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { formatBytes, spanWords } from '../../words/quantities.ts';
import { t } from '../../words/words.ts';

export type Checkpoints = NonNullable<MachineDefinition['checkpoints']>;

const GIBI = 2 ** 30;
export const INTERVALS: readonly number[] = [10, 30, 60, 300];
export const BUDGETS: readonly number[] = [0, GIBI, 2 * GIBI, 5 * GIBI, 20 * GIBI];
/** What somebody starts with who turns them on: enough for weeks of a small machine, and an end. */
export const FIRST_BUDGET = 5 * GIBI;
/** The longest interval the definition takes, in seconds. */
export const LONGEST_INTERVAL = INTERVAL_MAX;

/** Once in one of these has words of its own. */
const UNITS = [
  { seconds: 86_400, once: 'timeline.everyDay' },
  { seconds: 3600, once: 'timeline.everyHour' },
  { seconds: 60, once: 'timeline.everyMinute' },
  { seconds: 1, once: 'timeline.everySecond' },
] as const;
export function intervalWords(seconds: number): string {
  const unit = UNITS.find((one) => seconds >= one.seconds);
  if (!unit) return t('timeline.off');
  return Math.round(seconds / unit.seconds) === 1 ? t(unit.once) : t('timeline.everySpan', { span: spanWords(seconds * 1000) });
}
export const budgetWords = (bytes: number): string => (bytes === 0 ? t('timeline.noLimit') : formatBytes(bytes));

/** The setting with another interval; whoever never chose a budget gets the first one. */
export const withInterval = (before: Checkpoints | undefined, everySeconds: number): Checkpoints => ({
  everySeconds,
  budgetBytes: before?.budgetBytes ?? FIRST_BUDGET,
});
