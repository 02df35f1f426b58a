/** Why a path of a person's cannot be used. */
import { MachineError } from '../../index.ts';

export type PathFault =
  | 'missing'
  | 'dangling link'
  | 'permission'
  | 'folder'
  | 'pipe'
  | 'socket'
  | 'character device'
  | 'block device'
  | 'no answer'
  | 'busy'
  | 'too large'
  | 'unreadable';

/** A path that is not what is wanted; the message names it and says what to do. */
export class PathError extends MachineError {
  readonly fault: PathFault;
  constructor(fault: PathFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** Node's error for a path, in words. @param write whether it was to be written */
export function pathErrorOf(path: string, error: unknown, write: boolean): PathError {
  if (error instanceof PathError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const options = { cause: error };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new PathError('missing', `there is no file ${path}`, options);
    case 'ELOOP':
      return new PathError('dangling link', `${path} is a symbolic link that leads back to itself`, options);
    case 'EACCES':
    case 'EPERM':
      return new PathError(
        'permission',
        `${path} may not be ${write ? 'written' : 'read'} by this user: check its permissions and those of its folder${write ? ', or attach it read-only' : ''}`,
        options,
      );
    case 'EROFS':
      return new PathError('permission', `${path} is on a read-only file system: attach it read-only`, options);
    case 'EBUSY':
      return new PathError('busy', `${path} is in use by the system or another program (mounted?): unmount it first`, options);
    case 'ENOMEDIUM':
    case 'ENXIO':
      return new PathError('unreadable', `${path} is a drive without a medium: insert one and try again`, options);
    case 'EISDIR':
      return new PathError('folder', `${path} is a folder, not a file`, options);
    case 'ENAMETOOLONG':
      return new PathError('missing', `${path.slice(0, 100)}… is too long for the name of a file`, options);
    default:
      return new PathError('unreadable', `${path} cannot be ${write ? 'written' : 'read'}: ${message}`, options);
  }
}
