/** A disk that a module opens, for tests: bytes in memory, which answers what it was told and notes where it was cut. */
import { MachineError } from '../../../emulator/error/machine-error.ts';
import type { AttachedDisk, OpenDisk } from '../../../emulator/index.ts';

export interface NotingSetup {
  readonly name: string;
  readonly sizeBytes: number;
  /** The first byte of every sector. */
  readonly filled: number;
}

export const openDisk: OpenDisk = async (setup, owner) => {
  const { name, sizeBytes, filled } = setup as NotingSetup;
  if (name === 'broken') throw new MachineError('path-missing', { path: name });
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 512) bytes[at] = filled;
  let cuts = 0;
  let requests = 0;
  owner.log(`${name}: opened`);
  const disk: AttachedDisk = {
    sizeBytes,
    readonly: false,
    async read(offset, into) {
      requests++;
      into.set(bytes.subarray(offset, offset + into.length));
    },
    async write(offset, from) {
      requests++;
      bytes.set(from, offset);
    },
    flush: () => Promise.resolve(),
    cut: () => ({ name, cut: ++cuts, first: bytes[0] }),
    async told(message) {
      if (message === 'fail') throw new Error(`${name}: told to fail`);
      if (message === 'crash')
        setImmediate(() => {
          throw new Error(`${name}: crashed`);
        });
      if (message === 'trouble') owner.trouble({ code: 'disk-full', facts: { path: name } });
      if (message === 'recovered') owner.recovered();
      return { name, message, requests };
    },
    async close() {
      owner.log(`${name}: closed`);
    },
  };
  return disk;
};
