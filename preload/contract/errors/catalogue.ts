/** The catalogue: every error that may reach a person, with its kind and its words. Rooms add theirs to one of the lists. */
import { machineErrors as emulatorErrors } from '../../../emulator/error/catalogue.ts';
import { kindOf as kindIn, wordsOf as wordsIn, type ErrorKind, type FactsOf, type Fault } from '../../../emulator/error/coded-error.ts';
import { commandErrors } from './command.ts';
import { diskErrors } from './disk.ts';
import { generalErrors } from './general.ts';
import { imageErrors } from './image.ts';
import { machineErrors } from './machine.ts';
import { mirrorErrors } from './mirror.ts';
import { notices } from './notices.ts';
import { reasons } from './reasons.ts';
import { steps } from './steps.ts';
import { snapshotErrors } from './snapshot.ts';
import { storedErrors } from './stored.ts';

export const catalogue = {
  ...emulatorErrors,
  ...generalErrors,
  ...machineErrors,
  ...diskErrors,
  ...storedErrors,
  ...snapshotErrors,
  ...imageErrors,
  ...mirrorErrors,
  ...commandErrors,
  ...reasons,
  ...notices,
  ...steps,
} as const;

export type Errors = typeof catalogue;
export type ErrorCode = keyof Errors;
/** The facts of a code. */
export type ErrorFacts<C extends ErrorCode> = FactsOf<Errors, C>;

/** A sentence without its full stop. A code that only a newer version knows is told with its facts. */
export const wordsOf = (fault: Fault): string => wordsIn(catalogue, fault);
/** The facts of that error; `undefined` where it is another. */
export const factsOf = <C extends ErrorCode>(fault: Fault | undefined, code: C): ErrorFacts<C> | undefined =>
  fault?.code === code ? (fault.facts as ErrorFacts<C>) : undefined;
export const kindOf = (fault: Fault): ErrorKind => kindIn(catalogue, fault);
