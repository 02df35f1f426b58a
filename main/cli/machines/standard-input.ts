/** Standard input that is no terminal: read as fast as somebody takes it. */

/**
 * Hands it over piece by piece, each when the one before has been taken. Resolves at its end; input that cannot be read
 * (closed, a folder) has ended.
 */
export async function readStandardInput(take: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  try {
    for await (const piece of process.stdin) await take(piece as Buffer);
  } catch {
    // Nothing more comes.
  }
}
