/** Pseudo-terminals of this computer's, by a native module that may be missing; loaded when somebody wants one. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';

/** @throws ContractError where it cannot be loaded */
export async function loadNodePty(): Promise<typeof import('node-pty')> {
  try {
    return await import('node-pty');
  } catch (error) {
    throw new ContractError('cli-node-pty-missing', { detail: (error as Error).message });
  }
}
