/** A machine's file that is cut off or changed. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';

export const damaged = (file: string, why: string): ContractError => new ContractError('archive-damaged', { file, why });
