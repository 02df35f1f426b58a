/** DNS over TCP: messages with their length in front (RFC 7766), one answered after the other. */
import type { DnsServer } from './dns-server.ts';
import type { Stream } from './outside.ts';
import type { Service } from './tcp-table.ts';

/** What may wait to be answered; more is no resolver. */
const WAITING_BYTES = 128 * 1024;

/** The service behind port 53. @param told something was given to the guest */
export const dnsStream =
  (server: DnsServer, told: () => void): Service =>
  (events): Stream => {
    let waiting: Uint8Array = new Uint8Array(0);
    let isEnding = false;
    let isReset = false;
    let isAnswering = false;
    const answerAll = async () => {
      if (isAnswering) return;
      isAnswering = true;
      while (!isReset && waiting.length >= 2) {
        const length = ((waiting[0] as number) << 8) | (waiting[1] as number);
        if (waiting.length < 2 + length) break;
        const message = waiting.slice(2, 2 + length);
        waiting = waiting.slice(2 + length);
        const reply = await server.answer(message, true);
        if (isReset || !reply) continue;
        const framed = new Uint8Array(2 + reply.length);
        framed.set([reply.length >> 8, reply.length & 0xff]);
        framed.set(reply, 2);
        events.data(framed);
        told();
      }
      isAnswering = false;
      if (isEnding && !isReset) {
        events.ended();
        told();
      }
    };
    return {
      get backlog() {
        return waiting.length;
      },
      write(bytes) {
        if (waiting.length + bytes.length > WAITING_BYTES) return;
        const joined = new Uint8Array(waiting.length + bytes.length);
        joined.set(waiting);
        joined.set(bytes, waiting.length);
        waiting = joined;
        void answerAll();
      },
      end() {
        isEnding = true;
        void answerAll();
      },
      setPaused: () => undefined,
      reset() {
        isReset = true;
        waiting = new Uint8Array(0);
      },
    };
  };
