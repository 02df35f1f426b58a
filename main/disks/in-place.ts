/** A raw file that the guest writes itself: not one that only looks like it, because the first write would spoil it. */
import { open } from 'node:fs/promises';
import { ContractError } from '../../preload/contract/contract.ts';

/** The first bytes of a qcow2 image (QEMU docs/interop/qcow2.txt, header). */
const QCOW2_MAGIC = 'QFI\xfb';

/**
 * Refuses a qcow2 image where a raw file is to be written in place. What cannot be read is for others to complain about.
 * @throws ContractError `conflict`
 */
export async function refuseQcow2InPlace(path: string): Promise<void> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return;
  try {
    const begin = Buffer.alloc(QCOW2_MAGIC.length);
    await file.read(begin, 0, begin.length, 0);
    if (begin.toString('latin1') !== QCOW2_MAGIC) return;
  } finally {
    await file.close();
  }
  throw new ContractError(
    'conflict',
    `${path} is a qcow2 image, and as a raw file the guest's first write would spoil it: say format=qcow2, with overlay (what the guest writes is kept beside it), throwaway or readonly`,
  );
}
