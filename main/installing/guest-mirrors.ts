/** From where the apt of a new system fetches: the mirror that it was made from, and beside that what was mended since. */
import { join } from 'node:path';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { MirrorSession, type MirrorOptions } from '../mirror/index.ts';
import type { GuestMirrors } from './own-files.ts';

/** As mirrors have it: `debian-security` stands where `debian` does. */
const BESIDE = /\/debian$/;

/**
 * The mirror's addresses without logins. The security suite is named only where the mirror has it, rightly signed: an apt that is
 * told of one that is not there fails at each update.
 * @param lists a folder for what is read of mirrors
 */
export async function guestMirrors(
  lists: string,
  { suite, architecture }: { readonly suite: string; readonly architecture: string },
  options: MirrorOptions,
  signal: AbortSignal,
): Promise<GuestMirrors> {
  const url = new URL(options.address);
  url.pathname = url.pathname.replace(/\/+$/, '');
  if (!BESIDE.test(url.pathname)) return { main: shown(url) };
  const beside = new URL(url);
  beside.pathname = url.pathname.replace(BESIDE, '/debian-security');
  const name = `${suite}-security`;
  const session = new MirrorSession(join(lists, `${name}-${architecture}`), name, architecture, { ...options, address: beside.href });
  try {
    return (await session.has(signal)) ? { main: shown(url), security: shown(beside) } : { main: shown(url) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ContractError) return { main: shown(url) };
    throw error;
  } finally {
    session.close();
  }
}

function shown(url: URL): string {
  const address = new URL(url);
  address.username = address.password = '';
  return address.href.replace(/\/+$/, '');
}
