/** Every error that may reach a window, in German: the same codes and facts as the catalogue in preload/contract/errors. */
import { bootErrors } from './boot.ts';
import { diskErrors } from './disk.ts';
import { fileErrors } from './files.ts';
import { generalErrors } from './general.ts';
import { imageErrors } from './images.ts';
import { machineErrors } from './machine.ts';
import { mirrorErrors } from './mirror.ts';
import { networkErrors } from './network.ts';
import type { ErrorWords } from './phrases.ts';
import { germanSteps } from './steps.ts';
import { storedErrors } from './stored.ts';
import { toldReasons } from './told.ts';

export const germanErrors: ErrorWords = {
  ...bootErrors,
  ...fileErrors,
  ...diskErrors,
  ...machineErrors,
  ...networkErrors,
  ...storedErrors,
  ...imageErrors,
  ...mirrorErrors,
  ...generalErrors,
  ...toldReasons,
  ...germanSteps,
};
