/** A path that cannot be used, as the answer to a call. */
import { PathError } from '../../../emulator/host/files/path-error.ts';
import { ContractError } from '../../../preload/contract/contract.ts';

/** Throws the refusal for an error of the host's paths; for `catch`. @throws ContractError `missing`, `invalid`, `unavailable` */
export function pathRefusal(error: unknown): never {
  if (!(error instanceof PathError)) throw error;
  const { fault, message } = error;
  if (fault === 'missing' || fault === 'dangling link') throw new ContractError('missing', message);
  throw new ContractError(['folder', 'pipe', 'socket', 'character device'].includes(fault) ? 'invalid' : 'unavailable', message);
}
