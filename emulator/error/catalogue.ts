/** The emulator's errors, with their kinds and words. The program's catalogue (preload/contract/errors) takes them over whole. */
import { bootErrors } from './boot-errors.ts';
import { fileErrors } from './file-errors.ts';
import { imageErrors } from './image-errors.ts';
import { runErrors } from './run-errors.ts';

export const machineErrors = { ...runErrors, ...bootErrors, ...fileErrors, ...imageErrors } as const;
export { machineErrors as catalogue };
export type Errors = typeof machineErrors;
