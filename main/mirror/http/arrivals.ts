/** The pieces of an answer as they arrive. */
import type { IncomingMessage } from 'node:http';

/** So many bytes may wait here for whoever writes them; then the server is held. */
const MOST_WAITING = 1024 * 1024;

/**
 * Everything that arrived, also what came just before the connection broke, which a stream that is read piece by piece would
 * throw away: a download is to go on from there. Called as soon as there is an answer: it may break before it is read.
 */
export function arrivals(answer: IncomingMessage): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  let broken: Error | undefined;
  let wake = () => undefined as void;
  answer.on('data', (piece: Buffer) => {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes > MOST_WAITING) answer.pause();
    wake();
  });
  answer.on('error', (error) => {
    broken = error;
    wake();
  });
  answer.on('close', () => {
    isOver = true;
    wake();
  });
  async function* pieces() {
    for (;;) {
      const piece = waiting.shift();
      if (piece) {
        bytes -= piece.length;
        if (answer.isPaused() && bytes <= MOST_WAITING) answer.resume();
        yield piece;
      } else if (broken) throw broken;
      else if (isOver) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return pieces();
}
