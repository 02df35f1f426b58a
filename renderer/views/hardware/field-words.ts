/** A definition's fields in words, where two versions of one are shown beside each other. */
import { boardOf } from '../../../preload/contract/definition/boards.ts';
import { fieldAt, valueAt } from '../../../preload/contract/definition/walk.ts';
import type { DiskDefinition, MachineDefinition } from '../../../preload/contract/machines.ts';
import { fieldValue } from '../../words/contract-words.ts';
import { formatBytes } from '../../words/quantities.ts';
import { t } from '../../words/words.ts';
import { budgetWords, intervalWords } from '../timeline/checkpoint-choices.ts';
import { diskTitle, writesOf } from './disk-words.ts';

function disksWords(disks: readonly DiskDefinition[]): string {
  const words = disks.map((disk) => {
    const size = disk.sizeBytes === undefined ? '' : `, ${formatBytes(disk.sizeBytes)}`;
    return `${diskTitle(disk)}${size} (${disk.readonly ? t('hardware.isReadOnly') : writesOf(disk)})`;
  });
  return words.length === 0 ? t('hardware.none') : words.join('; ');
}
const checkpointWords = (checkpoints: MachineDefinition['checkpoints']): string =>
  checkpoints && checkpoints.everySeconds > 0
    ? `${intervalWords(checkpoints.everySeconds)}, ${budgetWords(checkpoints.budgetBytes)}`
    : t('hardware.off');

/** Those that are put into words here. */
const WORDS: Readonly<Record<string, (definition: MachineDefinition) => string>> = {
  disks: ({ disks }) => disksWords(disks),
  ports: ({ ports }) => fieldValue('ports', ports) || t('hardware.none'),
  checkpoints: ({ checkpoints }) => checkpointWords(checkpoints),
};

/** A field's value as one line of text. */
export function fieldWords(definition: MachineDefinition, path: string): string {
  const value = valueAt(definition, path) ?? fieldAt(path)?.field.absent?.(boardOf(definition.board));
  return WORDS[path]?.(definition) ?? (fieldValue(path, value) || t('hardware.empty'));
}
