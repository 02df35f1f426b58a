/** What a new machine will take of the computer, and whether it has that. */
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import type { HostFigures } from '../../../preload/contract/host.ts';
import type { TemplateStatus } from '../../../preload/contract/images.ts';

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
  const free = (bytes: number) => (figures ? ` (${formatBytes(bytes)} free)` : '');
  const parts = [
    `Takes up to ${formatBytes(memory)} of memory while it runs${free(figures?.memoryFreeBytes ?? 0)}`,
    disk > 0
      ? `${formatBytes(disk)} of disk now${free(figures?.diskFreeBytes ?? 0)}`
      : `hardly any disk at first${free(figures?.diskFreeBytes ?? 0)}`,
  ];
  const text = `${parts.join(', and ')}.${disk > 0 ? '' : ' What the guest writes and its snapshots come on top.'}`;
  if (!figures) return { text };
  if (memory > figures.memoryFreeBytes)
    return { text, warning: 'That is more memory than is free now: give it less, or stop other machines first.' };
  if (disk > figures.diskFreeBytes) return { text, warning: 'There is not enough room on the disk: free some first.' };
  return { text };
}
