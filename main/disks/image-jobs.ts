/** The jobs that read and write whole images, by name. */
import type { compactDisk } from './compact-disk.ts';
import type { exportImage } from './export-image.ts';
import type { importImage } from './import-image.ts';

export interface ImageJobs {
  readonly importImage: typeof importImage;
  readonly exportImage: typeof exportImage;
  readonly compactDisk: typeof compactDisk;
}
