/** What a new machine will take of the computer, and whether it has that. */
import { formatBytes } from '../../words/quantities.ts';
import type { HostFigures } from '../../../preload/contract/host.ts';
import type { TemplateStatus } from '../../../preload/contract/images.ts';
import { t } from '../../words/words.ts';

export interface Forecast {
  readonly text: string;
  /** It wants more than there is; said beside it. */
  readonly warning?: string;
}

const MEBI = 2 ** 20;

/**
 * @param memoryMiB of the new machine
 * @param template that it is made from; absent: from files
 * @param figures absent until they are known
 */
export function forecast(memoryMiB: number, template: TemplateStatus | undefined, figures: HostFigures | undefined): Forecast {
  const memory = memoryMiB * MEBI;
  const download = template?.parts === 'fetchable' ? (template.fetchBytes ?? 0) : 0;
  // An installed system is there once for all its machines.
  const installed = template?.parts === 'fetchable' ? (template.diskBytes ?? 0) : 0;
  const disk = download + installed;
  const free = (bytes: number | undefined) => (bytes === undefined ? '' : t('create.free', { size: formatBytes(bytes) }));
  const memoryFree = free(figures?.memoryFreeBytes);
  const diskFree = free(figures?.diskFreeBytes);
  const text =
    disk > 0
      ? t('create.takes', { memory: formatBytes(memory), memoryFree, disk: formatBytes(disk), diskFree })
      : t('create.takesLittle', { memory: formatBytes(memory), memoryFree, diskFree });
  if (!figures) return { text };
  if (memory > figures.memoryFreeBytes) return { text, warning: t('create.lowMemory') };
  if (disk > figures.diskFreeBytes) return { text, warning: t('create.lowDisk') };
  return { text };
}
