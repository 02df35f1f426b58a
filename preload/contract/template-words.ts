/** What is said of a template's parts. */
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import { wordsOf } from './errors/catalogue.ts';
import type { TemplateStatus } from './images.ts';

const DOWNLOADED = {
  program: 'nothing to download',
  apt: 'its parts are downloaded once through apt',
  machine: 'saved from a machine',
  mirror: 'its parts are downloaded once from a Debian mirror',
} as const;

/** Whether a template can be used, and what for or why not, as part of a sentence. */
export function partsReason({ parts, source, trouble, diskBytes }: TemplateStatus): string {
  if (trouble) return wordsOf(trouble);
  if (source === 'machine') return DOWNLOADED.machine;
  if (diskBytes !== undefined)
    return parts === 'ready'
      ? `already installed; its disk takes ${formatBytes(diskBytes)} on this computer`
      : `its packages are downloaded and installed once, which takes some minutes and about ${formatBytes(diskBytes)} on this computer`;
  return parts === 'ready' && source !== 'program' ? 'already downloaded' : DOWNLOADED[source];
}
