/**
 * The scheme `vivarium://app`: the window's files, and nothing else of the disk. A scheme of our own gives the page
 * an origin (a file: page has none), and every answer its content security policy.
 */
import { staticFile } from '../browser/static-files.ts';
import type { Electron } from './electron.ts';

export const SCHEME = 'vivarium';
export const PAGE = `${SCHEME}://app/index.html`;

/** Styles may be inline because xterm.js writes its cell sizes into style elements; scripts may not. */
export const CONTENT_SECURITY_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self' 'unsafe-inline'`,
  `img-src 'self' data:`,
  `font-src 'self'`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/** Must run before Electron is ready. */
export function declareScheme({ protocol }: Pick<Electron, 'protocol'>): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, codeCache: true } }]);
}

/** Whether an address is a page of ours. A custom scheme has no `origin` in Node's URL, so its parts are compared. */
export function isOurs(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url?.protocol === `${SCHEME}:` && url.host === 'app';
}

/** Answers a request for a file below `folder`. */
export async function answer(folder: string, request: Pick<Request, 'url' | 'method'>): Promise<Response> {
  const headers = { 'content-security-policy': CONTENT_SECURITY_POLICY, 'x-content-type-options': 'nosniff' };
  const refuse = (status: number) => new Response(null, { status, headers });
  if (!isOurs(request.url)) return refuse(404);
  if (request.method !== 'GET') return refuse(405);
  const file = await staticFile(folder, new URL(request.url).pathname);
  return file ? new Response(new Uint8Array(file.content), { headers: { ...headers, 'content-type': file.type } }) : refuse(404);
}

/** Serves the built window; after Electron is ready. */
export function serveScheme({ protocol }: Pick<Electron, 'protocol'>, folder: string): void {
  protocol.handle(SCHEME, (request) => answer(folder, request));
}
