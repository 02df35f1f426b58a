/**
 * Reads apt's source lists in both of their forms (sources.list(5)) and derives from them the one source a guest's
 * parts come from: the same mirror and keyring as the host uses, with the release and the architecture replaced.
 */
import { parseStanzas } from '../../mirror/index.ts';

/** One enabled `deb` source. */
export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** A keyring path, a fingerprint, or an armoured key as deb822 carries it (continuation lines kept). */
  readonly signedBy?: string;
  readonly trusted: boolean;
}

/** Debian's release names and their aliases; a source for one of these is Debian's main archive. */
const debianReleases = new Set([
  'oldoldstable',
  'oldstable',
  'stable',
  'testing',
  'unstable',
  'sid',
  'buster',
  'bullseye',
  'bookworm',
  'trixie',
  'forky',
  'duke',
]);

/** The one-line form: `deb [option=value ...] uri suite component...`. */
export function parseSourceList(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line.replace(/\s#.*$/, ''));
    if (!match) continue;
    const options = new Map(
      (match[1] ?? '')
        .split(/\s+/)
        .filter(Boolean)
        .map((option) => option.split(/[+-]?=/, 2) as [string, string]),
    );
    const signedBy = options.get('signed-by');
    sources.push({
      uris: [match[2]!],
      suites: [match[3]!],
      components: (match[4] ?? '').split(/\s+/).filter(Boolean),
      ...(signedBy ? { signedBy } : {}),
      trusted: options.get('trusted') === 'yes',
    });
  }
  return sources;
}

/** The deb822 form: stanzas of fields; a value may hold several words or continue on indented lines. */
export function parseDeb822Sources(text: string): AptSource[] {
  return parseStanzas(text).flatMap((fields) => {
    const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean);
    if (!words('types').includes('deb') || /^(no|false|0|off)$/i.test(fields.get('enabled')?.trim() ?? '')) return [];
    const signedBy = fields.get('signed-by')?.trimEnd();
    return [
      {
        uris: words('uris'),
        suites: words('suites'),
        components: words('components'),
        ...(signedBy ? { signedBy } : {}),
        trusted: fields.get('trusted')?.trim() === 'yes',
      },
    ];
  });
}

/** Debian's main archive among the host's sources, or undefined where there is none (another distribution). */
export function findDebianSource(sources: readonly AptSource[]): AptSource | undefined {
  return sources.find((source) => source.components.includes('main') && source.suites.some((suite) => debianReleases.has(suite)));
}

/** The private source list, in deb822 form. */
export function derivedSource(source: AptSource, suite: string, architecture: string): string {
  const lines = ['Types: deb', `URIs: ${source.uris.join(' ')}`, `Suites: ${suite}`, 'Components: main', `Architectures: ${architecture}`];
  if (source.signedBy) lines.push(`Signed-By: ${source.signedBy}`);
  if (source.trusted) lines.push('Trusted: yes');
  return lines.join('\n') + '\n';
}
