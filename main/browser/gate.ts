/**
 * Who may talk to the browser shell. The printed address carries a token that is good once; it is exchanged for a
 * cookie that scripts cannot read and other sites cannot send. Host and Origin are checked against names of the
 * loopback, so that neither another site nor a rebound DNS name gets in.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Gate {
  /** The address's query for the next visitor; a new one makes the one before it void. */
  newToken(): string;
  /** Exchanges the token for a `Set-Cookie` value; `undefined` when it is wrong or used. */
  exchange(token: string): string | undefined;
  /** Whether the request names this server and not something else that leads here. */
  isOurHost(headers: IncomingHttpHeaders): boolean;
  isOurOrigin(headers: IncomingHttpHeaders): boolean;
  hasSession(headers: IncomingHttpHeaders): boolean;
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost'];
const secret = () => randomBytes(32).toString('base64url');

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A gate for the server at `port` of the loopback. */
export function createGate(port: number): Gate {
  // Cookies do not tell ports apart, names do.
  const cookie = `vivarium-${port}`;
  const hosts = LOOPBACK_NAMES.map((name) => `${name}:${port}`);
  const sessions: string[] = [];
  let token: string | undefined;
  return {
    newToken: () => (token = secret()),
    exchange(given) {
      if (token === undefined || !isSame(given, token)) return undefined;
      token = undefined;
      const session = secret();
      sessions.push(session);
      return `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`;
    },
    isOurHost: ({ host }) => host !== undefined && hosts.includes(host),
    isOurOrigin: ({ origin }) => origin !== undefined && hosts.some((host) => origin === `http://${host}`),
    hasSession(headers) {
      const values = (headers.cookie ?? '').split(';').map((part) => part.trim().split('='));
      return values.some(([name, value]) => name === cookie && sessions.some((session) => isSame(session, value ?? '')));
    },
  };
}
