/** Where packages come from: this computer's apt, or a Debian mirror that a person names. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { join } from 'node:path';
import { MirrorSession, type MirrorOptions } from '../mirror/index.ts';
import { aptValue, readHostConfiguration, readHostSources, readSourceFile } from './apt/configuration.ts';
import { findDebianSource } from './apt/sources.ts';
import { AptSession, missingPrograms, withoutApt, type AptOptions } from './apt/session.ts';
import type { PackageSource } from './package-source.ts';

export interface SourceOptions {
  readonly apt?: AptOptions | undefined;
  /** Where given, apt is not asked. */
  readonly mirror?: MirrorOptions | undefined;
}

/**
 * What a person's environment says, and else the settings; see README.md, "Guests without apt".
 * @param setting the address of a mirror, or empty
 */
export function sourceOptions(environment: NodeJS.ProcessEnv, keyring: string, setting = ''): SourceOptions {
  const { VIVARIUM_APT_SOURCES: sourceFile, VIVARIUM_MIRROR: named, VIVARIUM_MIRROR_KEYRING: own } = environment;
  const address = named || setting;
  return {
    ...(sourceFile ? { apt: { sourceFile } } : {}),
    ...(address ? { mirror: { address, keyring: own || keyring, environment } } : {}),
  };
}

/** The mirror that the environment names, without a login; undefined where it names none. */
export function mirrorInEnvironment({ VIVARIUM_MIRROR: address }: NodeJS.ProcessEnv): string | undefined {
  if (!address) return undefined;
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = url.password = '';
  return url.href;
}

/** Why packages cannot be fetched here; undefined where they can. Asks no other program and no network. */
export function sourceMissing({ mirror }: SourceOptions): Fault | undefined {
  if (mirror) return undefined;
  const missing = missingPrograms();
  return missing.length > 0 ? withoutApt(missing) : undefined;
}

/**
 * The mirror for our own client: the one that is named, else the one that apt is set up for, with apt's proxies.
 * @param keyring Debian's keys, where neither names others
 * @throws ContractError where there is none
 */
export async function mirrorFor(options: SourceOptions, keyring: string, signal?: AbortSignal): Promise<MirrorOptions> {
  if (options.mirror) return options.mirror;
  const missing = sourceMissing(options);
  if (missing) throw ContractError.of(missing);
  const host = await readHostConfiguration(signal);
  const { sourceFile } = options.apt ?? {};
  const source = findDebianSource(sourceFile ? await readSourceFile(sourceFile) : await readHostSources(host));
  const address = source?.uris.find((uri) => /^https?:/.test(uri));
  if (!source || !address) throw new ContractError('mirror-not-of-apt');
  const proxies = ['http', 'https'].flatMap((scheme) => {
    const proxy = aptValue(host, `Acquire::${scheme}::Proxy`);
    return proxy && proxy !== 'DIRECT' ? [[`${scheme}_proxy`, proxy] as const] : [];
  });
  const own = source.signedBy?.trim().startsWith('/') ? source.signedBy.trim() : undefined;
  return { address, keyring: own ?? keyring, environment: { ...process.env, ...Object.fromEntries(proxies) } };
}

/** @throws ContractError where there is neither apt nor a mirror */
export async function openSource(
  cache: string,
  suite: string,
  architecture: string,
  options: SourceOptions,
  signal?: AbortSignal,
): Promise<PackageSource> {
  const missing = sourceMissing(options);
  if (missing) throw ContractError.of(missing);
  const name = `${suite}-${architecture}`;
  if (options.mirror) return new MirrorSession(join(cache, 'mirror', name), suite, architecture, options.mirror);
  return AptSession.open(join(cache, 'apt', name), suite, architecture, options.apt, signal);
}
