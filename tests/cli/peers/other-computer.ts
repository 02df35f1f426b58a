/**
 * What runs on the other computer of the namespaces: serves a file, and on request fetches from the guest, through the forward.
 * Called with the address and port that lead into the guest; says `listening` when it serves.
 */
import { createServer } from 'node:http';
import { networkFile } from './network-file.ts';

const [, , forward] = process.argv;

/** Less than the guest waits. */
const PATIENCE_MS = 100_000;

const server = createServer((request, response) => {
  if (request.url !== '/fetch-from-guest') return void response.end(networkFile());
  void fetch(`http://${forward}/page`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    .then((answer) => answer.text())
    .then(
      (text) => response.end(text),
      (error: unknown) => response.end(String(error)),
    );
});
server.listen(80, '::', () => console.log('listening'));
