/** The host files that a machine's disks use, backing files included: what is claimed while it runs. */
import type { DiskAttachment } from '../../emulator/index.ts';
import type { ImageFormat } from '../../emulator/disk/open.ts';
import type { UsedFile } from '../claims/file-claims.ts';
import { openHostImage } from './host-image.ts';

interface ImageOnHost {
  readonly path: string;
  readonly format: ImageFormat;
}

/** The file and all that lie under it, to be read. @throws DiskImageError, MachineError */
export async function filesOfImage({ path, format }: ImageOnHost): Promise<readonly UsedFile[]> {
  if (format === 'raw') return [{ path, use: 'read' }];
  const { image, chain } = await openHostImage(path, format);
  await image.close();
  return chain.map(({ name }) => ({ path: name, use: 'read' }));
}

/** @param attachments disks as the emulator opens them; those that modules of ours open say in their setup what they read */
export async function usedFiles(attachments: readonly DiskAttachment[]): Promise<readonly UsedFile[]> {
  const files: UsedFile[] = [];
  for (const attachment of attachments) {
    if ('path' in attachment) files.push({ path: attachment.path, use: attachment.readonly ? 'read' : 'write' });
    else {
      const { base, path, format } = attachment.setup as { readonly base?: ImageOnHost } & Partial<ImageOnHost>;
      const image = base ?? (path !== undefined && format !== undefined ? { path, format } : undefined);
      if (image) files.push(...(await filesOfImage(image)));
    }
  }
  return files;
}
