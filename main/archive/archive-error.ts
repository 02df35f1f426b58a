/** Why a machine's file cannot be read or written, said so that a person knows what to do. */

/** `other`: it is no such file; `newer`: a later program wrote it; `damaged`: cut off or changed; `host`: the host's disk. */
export type ArchiveFault = 'other' | 'newer' | 'damaged' | 'host';

export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly fault: ArchiveFault;
  constructor(fault: ArchiveFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

export const damaged = (file: string, why: string): ArchiveError =>
  new ArchiveError('damaged', `${file} is damaged: ${why}. Nothing was imported; copy the file again, or export the machine again`);
