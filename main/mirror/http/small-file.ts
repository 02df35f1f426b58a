/** Reads a small file of a mirror into memory. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { networkError, shown, type Transport } from './transport.ts';

/**
 * The file, or undefined where the server says that there is none.
 * @param most bytes; a longer file is refused
 * @throws ContractError where the server refuses, or the connection ends early
 */
export async function smallFile(transport: Transport, address: string, most: number, signal?: AbortSignal): Promise<Buffer | undefined> {
  const answer = await transport.get(address, { signal });
  const { statusCode = 0 } = answer;
  if (statusCode !== 200) {
    answer.destroy();
    if (statusCode === 404 || statusCode === 410) return undefined;
    throw new ContractError('mirror-refuses', { address: shown(address), status: statusCode });
  }
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > most) throw new ContractError('mirror-too-much', { address: shown(address), most });
      pieces.push(piece);
    }
  } catch (error) {
    throw networkError(error, address, signal);
  }
  return Buffer.concat(pieces);
}
