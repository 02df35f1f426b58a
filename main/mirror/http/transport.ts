/** Asks web servers, through the proxies that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY, in either case). */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { Agent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface TransportOptions {
  /** Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Milliseconds in which nothing arrives, after which a server is given up. */
  readonly patience?: number | undefined;
}

// Imported, it would bring Node's fetch along, as one of its names: a twentieth of what a start of the program takes.
const { Agent: HttpAgent, request: httpRequest } = process.getBuiltinModule('node:http');

const PATIENCE = 30_000;
const MOST_REDIRECTIONS = 5;

export class Transport {
  readonly #http: Agent;
  readonly #https: HttpsAgent;
  readonly #patience: number;

  constructor({ environment = process.env, patience = PATIENCE }: TransportOptions = {}) {
    this.#patience = patience;
    checkProxies(environment);
    this.#http = new HttpAgent({ keepAlive: true, proxyEnv: environment });
    this.#https = new HttpsAgent({ keepAlive: true, proxyEnv: environment });
  }

  /**
   * The answer to a GET, redirections followed. Its body must be read or destroyed.
   * @param from byte to begin with; a server may begin at the first all the same, which its status tells
   * @throws ContractError where no answer comes; the signal's reason when cancelled
   */
  async get(address: string, { from = 0, signal }: { readonly from?: number; readonly signal?: AbortSignal | undefined } = {}) {
    let url = new URL(address);
    for (let redirections = 0; ; redirections++) {
      const answer = await this.#once(url, from, signal);
      const { statusCode = 0, headers } = answer;
      if (![301, 302, 303, 307, 308].includes(statusCode) || !headers.location) return answer;
      answer.destroy();
      const next = URL.canParse(headers.location, url.href) ? new URL(headers.location, url) : undefined;
      const isDowngrade = url.protocol === 'https:' && next?.protocol !== 'https:';
      if (!next || !/^https?:$/.test(next.protocol) || isDowngrade || redirections === MOST_REDIRECTIONS)
        throw new ContractError('mirror-redirection', { address: shown(url), to: headers.location });
      url = next;
    }
  }

  /** Lets go of connections that wait for more work. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #once(url: URL, from: number, signal?: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      agent: isSecure ? this.#https : this.#http,
      timeout: this.#patience,
      headers: { 'user-agent': 'Vivarium', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
      ...(signal ? { signal } : {}),
    });
    request.on('timeout', () =>
      request.destroy(new ContractError('mirror-silent', { address: shown(url), seconds: this.#patience / 1000 })),
    );
    request.on('error', (error) => reject(networkError(error, url, signal)));
    request.on('response', resolve);
    request.end();
    return promise;
  }
}

/** Node takes no notice of an address that it cannot use, and would ask without a proxy. */
function checkProxies(environment: NodeJS.ProcessEnv): void {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) {
    const address = environment[name];
    if (address && !(URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)))
      throw new ContractError('mirror-proxy-wrong', { name });
  }
}

/** An address without the login that may be in it. */
export function shown(address: URL | string): string {
  const url = new URL(address);
  url.username = url.password = '';
  return url.href;
}

/** What went wrong on the way, in words; what is in words already, and a cancellation, stay what they are. */
export function networkError(error: unknown, address: URL | string, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof ContractError) return error;
  const { code, message, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly Error[] };
  // Of a name with several addresses every one has failed; the first says as much as all.
  const detail = message || errors?.[0]?.message || code || 'no reason given';
  return new ContractError('mirror-unreachable', { address: shown(address), detail });
}
