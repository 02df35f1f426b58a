/** The error of this program: what a service refuses, with its code and facts. */
import { CodedError, type FactsFor, type Fault } from '../../../emulator/error/coded-error.ts';
import { catalogue, type ErrorCode, type ErrorFacts, type Errors } from './catalogue.ts';

export class ContractError extends CodedError {
  override readonly name = 'ContractError';

  constructor(...[code, facts, options]: ContractErrorArguments) {
    super(catalogue, { code, facts: facts ?? {} }, options);
  }

  /** Makes an error again of what crossed a thread or the wire; its code may be one that this version does not know. */
  static of({ code, facts }: Fault, options?: ErrorOptions): ContractError {
    return new ContractError(...([code, facts, options] as unknown as ContractErrorArguments));
  }
}

/** A code with its facts: what a call of the constructor takes. */
export type ContractErrorArguments = { [C in ErrorCode]: [code: C, ...FactsFor<Errors, C>] }[ErrorCode];

/** The same as plain data, for a record or inside another error's facts. */
export const faultWith = (...[code, facts]: ContractErrorArguments): Fault => ({ code, facts: facts ?? {} });

/** Any error as a fact of another: its own code and facts, or the words of the system or library that it came from. */
export function causeOf(error: unknown): Fault {
  if (error instanceof CodedError) return { code: error.code, facts: error.facts };
  return faultWith('outside', { detail: error instanceof Error ? error.message : String(error) });
}

/** Whether something thrown is that error; its facts are then typed. */
export const isError = <C extends ErrorCode>(
  error: unknown,
  ...codes: readonly C[]
): error is ContractError & { readonly facts: ErrorFacts<C> } =>
  error instanceof CodedError && (codes as readonly string[]).includes(error.code);
