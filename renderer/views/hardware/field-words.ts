/** A definition's fields in words, where two versions of one are shown beside each other. */
import type { DiskDefinition, MachineDefinition } from '../../../preload/contract/machines.ts';
import { formatBytes } from '../../composables/figures.ts';
import { budgetWords, intervalWords } from '../timeline/checkpoint-choices.ts';
import { diskTitle, writesOf } from './disk-words.ts';
import { fieldOf } from './definition-edit.ts';

const LABELS: Readonly<Record<string, string>> = {
  name: 'Name',
  note: 'Note',
  cores: 'Cores',
  memoryMiB: 'Memory',
  engine: 'Engine',
  disks: 'Disks',
  ports: 'Console ports',
  checkpoints: 'Automatic checkpoints',
  onQuit: 'When Vivarium quits',
  'boot.kind': 'Start from',
  'boot.kernel': 'Kernel',
  'boot.initrd': 'Initrd',
  'boot.commandLine': 'Command line',
  'boot.firmware': 'Firmware',
  'boot.program': 'Program',
};
/** What the form calls a field. */
export const fieldLabel = (field: string): string => LABELS[field] ?? field;

function disksWords(disks: readonly DiskDefinition[]): string {
  const words = disks.map((disk) => {
    const size = disk.sizeBytes === undefined ? '' : `, ${formatBytes(disk.sizeBytes)}`;
    return `${diskTitle(disk)}${size} (${disk.readonly ? 'read-only' : writesOf(disk)})`;
  });
  return words.length === 0 ? 'none' : words.join('; ');
}
const checkpointWords = (checkpoints: MachineDefinition['checkpoints']): string =>
  checkpoints && checkpoints.everySeconds > 0
    ? `${intervalWords(checkpoints.everySeconds)}, ${budgetWords(checkpoints.budgetBytes)}`
    : 'off';

/** A field's value as one line of text. */
export function fieldWords(definition: MachineDefinition, field: string): string {
  const value = fieldOf(definition, field);
  if (field === 'memoryMiB') return `${String(value)} MiB`;
  if (field === 'disks') return disksWords(definition.disks);
  if (field === 'ports') return definition.ports.map(({ name }) => name).join(', ') || 'none';
  if (field === 'checkpoints') return checkpointWords(definition.checkpoints);
  if (field === 'onQuit') return definition.onQuit === 'stop' ? 'stop the machine' : 'save the machine';
  return value === undefined || value === '' ? 'empty' : String(value);
}
