/** What goes wrong in the emulator that a person can mend, as opposed to a bug of ours. */
import { catalogue, type Errors } from './catalogue.ts';
import { CodedError, type FactsFor, type Fault } from './coded-error.ts';

export class MachineError extends CodedError {
  override readonly name = 'MachineError';

  constructor(...[code, facts, options]: MachineErrorArguments) {
    super(catalogue, { code, facts: facts ?? {} }, options);
  }

  /** Makes an error again of what crossed a thread. */
  static of({ code, facts }: Fault): MachineError {
    return new MachineError(...([code, facts] as unknown as MachineErrorArguments));
  }
}

/** A code with its facts: what a call of the constructor takes. */
export type MachineErrorArguments = { [C in keyof Errors]: [code: C, ...FactsFor<Errors, C>] }[keyof Errors];

/** Any error as a fact of another: its own code and facts, or the words of the system that it came from. */
export function causeOf(error: unknown): Fault {
  if (error instanceof CodedError) return { code: error.code, facts: error.facts };
  return { code: 'outside', facts: { detail: error instanceof Error ? error.message : String(error) } };
}
