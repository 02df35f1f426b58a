/**
 * The host's apt configuration and the private one made from it (apt.conf(5)). The private one keeps how the host
 * reaches its mirror (proxies, certificates, logins, retries) and replaces everything apt would write, so that no root
 * is needed and the system is not changed; the host's hooks are left out, because they clean the system's own folders.
 */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runChild } from '../child.ts';
import { parseDeb822Sources, parseSourceList, type AptSource } from './sources.ts';

/** Configuration entries in order; a name that ends in `::` appends to a list. */
export type AptEntries = readonly (readonly [name: string, value: string])[];

/** What `apt-config dump` prints: `Name "value";` lines. */
export function parseAptDump(text: string): AptEntries {
  return [...text.matchAll(/^(\S+) "(.*)";$/gm)].map((match) => [match[1]!, match[2]!] as const);
}

export async function readHostConfiguration(signal?: AbortSignal): Promise<AptEntries> {
  const { status, stdout, stderr } = await runChild('apt-config', ['dump'], { signal });
  if (status !== 0) throw new ContractError('apt-configuration-unreadable', { detail: stderr.trim() });
  return parseAptDump(stdout.toString());
}

/** The last value of an entry; apt compares names without regard to case. */
export function aptValue(entries: AptEntries, name: string): string | undefined {
  return entries.findLast(([entry]) => entry.toLowerCase() === name.toLowerCase())?.[1];
}

/** Every enabled `deb` source of the host, main list first, then the parts in apt's order. */
export async function readHostSources(entries: AptEntries): Promise<AptSource[]> {
  const folder = resolve(aptValue(entries, 'Dir') ?? '/', aptValue(entries, 'Dir::Etc') ?? 'etc/apt');
  const list = resolve(folder, aptValue(entries, 'Dir::Etc::sourcelist') ?? 'sources.list');
  const parts = resolve(folder, aptValue(entries, 'Dir::Etc::sourceparts') ?? 'sources.list.d');
  const names = (await readdir(parts).catch(() => [] as string[])).sort();
  const sources = await readSourceFile(list);
  for (const name of names) if (/\.(list|sources)$/.test(name)) sources.push(...(await readSourceFile(join(parts, name))));
  return sources;
}

/** The sources in one file, in the form its name tells; none where the file cannot be read. */
export async function readSourceFile(file: string): Promise<AptSource[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return file.endsWith('.sources') ? parseDeb822Sources(text) : parseSourceList(text);
}

/** Entries that say how the host reaches the network and where its keys are. */
const kept = /^(Acquire::|Dir$|Dir::(Etc|Bin)(::|$))/i;
/** What must not come along: extra index files, and lists that ours replace. */
const dropped = /^(Acquire::(IndexTargets|Languages|GzipIndexes|CompressionTypes|Changelogs)|Dir::Etc::(main|parts|source|preferences))/i;

/** The text of the private configuration: `folder` holds everything apt writes. */
export function privateConfiguration(host: AptEntries, folder: string, architecture: string): string {
  const lines = host.filter(([name]) => kept.test(name) && !dropped.test(name));
  const own: [string, string][] = [
    ['Dir::Etc::main', '/dev/null'],
    ['Dir::Etc::parts', '/dev/null'],
    ['Dir::Etc::sourcelist', join(folder, 'guest.sources')],
    ['Dir::Etc::sourceparts', '/dev/null'],
    ['Dir::Etc::preferences', '/dev/null'],
    ['Dir::Etc::preferencesparts', '/dev/null'],
    ['Dir::State', join(folder, 'state')],
    ['Dir::State::status', join(folder, 'status')],
    ['Dir::Cache', join(folder, 'cache')],
    ['Dir::Log', join(folder, 'log')],
    ['APT::Architecture', architecture],
    ['APT::Architectures::', architecture],
    ['Acquire::Languages', 'none'],
    ['APT::Get::AllowUnauthenticated', 'false'],
  ];
  // Root's apt would fetch as its own user, who cannot reach a private folder.
  if (process.getuid?.() === 0) own.push(['APT::Sandbox::User', 'root']);
  return [...lines, ...own].map(([name, value]) => `${name} "${value}";\n`).join('');
}
