/** Why a path of a person's cannot be used: codes `path-…`. */
import { MachineError } from '../../error/machine-error.ts';

/** Node's error for a path as one of ours; one of ours passes through. @param write whether it was to be written */
export function pathErrorOf(path: string, error: unknown, write: boolean): MachineError {
  if (error instanceof MachineError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const options = { cause: error };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new MachineError('path-missing', { path }, options);
    case 'ELOOP':
      return new MachineError('path-loop', { path }, options);
    case 'EACCES':
    case 'EPERM':
      return new MachineError('path-no-permission', { path, write }, options);
    case 'EROFS':
      return new MachineError('path-read-only-system', { path }, options);
    case 'EBUSY':
      return new MachineError('path-busy', { path }, options);
    case 'ENOMEDIUM':
    case 'ENXIO':
      return new MachineError('path-no-medium', { path }, options);
    case 'EISDIR':
      return new MachineError('path-is-folder', { path }, options);
    case 'ENAMETOOLONG':
      return new MachineError('path-name-too-long', { path }, options);
    default:
      return new MachineError('path-unusable', { path, write, detail: message }, options);
  }
}
