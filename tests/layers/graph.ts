/** The graph of imports: forbidden edges with the chain that leads to them, and cycles. */
import { target, type SourceTree } from './imports.ts';
import { FLOORS } from './floors.ts';
import { refusal } from './rooms.ts';

/** Every forbidden import, one line each: where it is, what it names, why not, and who brings the importer in. */
export function forbiddenImports(tree: SourceTree): string[] {
  const complaints: string[] = [];
  for (const [file, { imports }] of tree) {
    for (const { specifier, typeOnly, line } of imports) {
      const to = target(file, specifier);
      const refused = refusal(file, to, typeOnly);
      if (refused) complaints.push(`${file}:${line}: ${refused.because} (${[...importers(tree, file), file, to].join(' -> ')})`);
    }
  }
  return complaints;
}

/** A chain of at most three files that lead to `file`, farthest first. */
function importers(tree: SourceTree, file: string): string[] {
  const chain: string[] = [];
  for (let wanted = file; chain.length < 3;) {
    const above = [...tree].find(
      ([candidate, { imports }]) =>
        !chain.includes(candidate) && candidate !== file && imports.some((each) => target(candidate, each.specifier) === wanted),
    )?.[0];
    if (above === undefined) break;
    chain.unshift(above);
    wanted = above;
  }
  return chain;
}

/** Circles of imports, each as `a -> b -> a`. One of types counts too: neither file can be read, or changed, without the other. */
export function cycles(tree: SourceTree): string[] {
  const finished = new Set<string>();
  const found: string[] = [];
  const path: string[] = [];
  const visit = (file: string) => {
    const seen = path.indexOf(file);
    if (seen >= 0) return void found.push([...path.slice(seen), file].join(' -> '));
    if (finished.has(file)) return;
    path.push(file);
    for (const { specifier } of tree.get(file)?.imports ?? []) {
      const to = target(file, specifier);
      if (tree.has(to)) visit(to);
    }
    path.pop();
    finished.add(file);
  };
  for (const file of tree.keys()) visit(file);
  return found;
}

/** Rooms of main that a floor lists and no file there imports, as `a -> b`: the list is to say what is. */
export function unusedRules(tree: SourceTree): string[] {
  const roomOfMain = (file: string) => file.split('/')[1]?.replace(/\.ts$/, '') ?? '';
  const found = new Set<string>();
  for (const [file, { imports }] of tree)
    for (const { specifier } of imports) {
      const to = target(file, specifier);
      if (file.startsWith('main/') && to.startsWith('main/')) found.add(`${roomOfMain(file)} -> ${roomOfMain(to)}`);
    }
  return Object.entries(FLOORS)
    .flatMap(([name, { uses = [], knows = [] }]) => [...uses, ...knows].map((other) => `${name} -> ${other}`))
    .filter((arrow) => !found.has(arrow));
}
