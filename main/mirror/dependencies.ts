/** What packages need of others (Debian Policy Manual, 7.1 and 7.5), and which packages that makes in the end. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { PackageIndex } from './package-index.ts';
import type { IndexedPackage } from './package-record.ts';
import { fulfils, type Relation } from './version.ts';

/** One of the alternatives of a dependency. */
interface Alternative {
  readonly name: string;
  readonly relation?: Relation;
  readonly version?: string;
}

/** `a (>= 1) | b, c` as a list of needs, each a list of alternatives. Architecture qualifiers (`:any`) say nothing here. */
export function parseDependencies(text: string): Alternative[][] {
  const needs = text
    .split(',')
    .map((need) => need.trim())
    .filter(Boolean);
  return needs.map((need) => need.split('|').map(parseAlternative));
}

function parseAlternative(text: string): Alternative {
  const match = /^\s*([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\((<<|<=|=|>=|>>)\s*([^)\s]+)\s*\))?/i.exec(text);
  if (!match) return { name: text.trim() };
  const [, name, relation, version] = match;
  return { name: name!, ...(relation && version ? { relation: relation as Relation, version } : {}) };
}

const isMet = ({ relation, version }: Alternative, offered: string | undefined): boolean =>
  relation === undefined || version === undefined || (offered !== undefined && fulfils(offered, relation, version));

/** Packages that are chosen, and what they provide. */
class Chosen {
  readonly packages = new Map<string, IndexedPackage>();
  /** Versions under which names are provided; undefined where none is said. */
  readonly #provided = new Map<string, (string | undefined)[]>();

  add(record: IndexedPackage): void {
    this.packages.set(record.name, record);
    for (const [{ name, version } = { name: '' }] of parseDependencies(record.provides))
      this.#provided.set(name, [...(this.#provided.get(name) ?? []), version]);
  }

  meets(alternative: Alternative): boolean {
    const own = this.packages.get(alternative.name);
    if (own && isMet(alternative, own.version)) return true;
    return (this.#provided.get(alternative.name) ?? []).some((version) => isMet(alternative, version));
  }
}

/**
 * The packages of those names with all that they depend on, each once, what is needed mostly before what needs it. Of
 * alternatives the first that can be had is taken, as debootstrap does; recommended packages are left out.
 * @throws ContractError naming what cannot be had, and who needs it
 */
export function withDependencies(index: PackageIndex, names: readonly string[]): IndexedPackage[] {
  const chosen = new Chosen();
  const ordered: IndexedPackage[] = [];
  const wanted = names.map((name) => index.find(name));
  // First all that are wanted anyway, so that no alternative of theirs comes as well.
  for (const record of wanted) chosen.add(record);
  const visited = new Set<string>();
  const visit = (record: IndexedPackage): void => {
    if (visited.has(record.name)) return;
    visited.add(record.name);
    for (const need of parseDependencies(`${record.preDepends}, ${record.depends}`)) {
      if (!need.some((alternative) => chosen.meets(alternative))) chosen.add(firstOffered(index, need, record));
      for (const { name } of need) {
        const mine = chosen.packages.get(name);
        if (mine) visit(mine);
      }
    }
    ordered.push(record);
  };
  for (const record of wanted) visit(record);
  // Those that were chosen because they provide something.
  for (const record of chosen.packages.values()) visit(record);
  return ordered;
}

function firstOffered(index: PackageIndex, need: readonly Alternative[], neededBy: IndexedPackage): IndexedPackage {
  for (const alternative of need) {
    const real = index.findIfAny(alternative.name);
    if (real && isMet(alternative, real.version)) return real;
    const provider = index
      .providers(alternative.name)
      .find(({ provides }) =>
        parseDependencies(provides).some(([offer]) => offer?.name === alternative.name && isMet(alternative, offer.version)),
      );
    if (provider) return provider;
  }
  const dependency = need.map(({ name, relation, version }) => (relation ? `${name} (${relation} ${version})` : name)).join(' | ');
  throw new ContractError('package-dependency-missing', { name: neededBy.name, version: neededBy.version, dependency });
}
