/** Reads what a source file imports, from TypeScript's own syntax tree; `.vue` files by their script block. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

export interface Import {
  /** What the import statement names: `../memory/ram.ts`, `node:fs`, `vue`. */
  readonly specifier: string;
  /** True when nothing of it remains at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}
/** Source files by their path relative to the project (forward slashes), with what they import. */
export type SourceTree = ReadonlyMap<string, { readonly text: string; readonly imports: readonly Import[] }>;

const SOURCE = /\.(ts|vue)$/;

/** The script block of a Vue file with the lines before it kept, so that line numbers stay true. */
function scriptOf(file: string, text: string): string {
  if (!file.endsWith('.vue')) return text;
  const block = /<script\b[^>]*>([\s\S]*?)<\/script>/.exec(text);
  if (!block) return '';
  const start = block.index + block[0].indexOf('>') + 1;
  return text.slice(0, start).replace(/[^\n]/g, ' ') + (block[1] ?? '');
}

/** All imports of a file: statements, re-exports, `import()` calls and `import()` types. */
export function importsOf(file: string, text: string): Import[] {
  const source = ts.createSourceFile(`${file}.ts`, scriptOf(file, text), ts.ScriptTarget.Latest, false);
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean) => {
    if (node && ts.isStringLiteralLike(node))
      found.push({ specifier: node.text, typeOnly, line: source.getLineAndCharacterOfPosition(node.pos).line + 1 });
  };
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importsTypesOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly || exportsTypesOnly(node.exportClause));
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function importsTypesOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return (
    !clause.name && !!names && ts.isNamedImports(names) && names.elements.length > 0 && names.elements.every((name) => name.isTypeOnly)
  );
}
function exportsTypesOnly(clause: ts.NamedExportBindings | undefined): boolean {
  return !!clause && ts.isNamedExports(clause) && clause.elements.length > 0 && clause.elements.every((name) => name.isTypeOnly);
}

/** The project file a relative specifier names; a package's name stays as it is. */
export function target(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = relative(sep, resolve(sep, dirname(from), specifier.split('?')[0] ?? specifier));
  return path.split(sep).join('/');
}

/** Reads the sources below the given folders of the project at `root`. */
export function readTree(root: string, folders: readonly string[]): SourceTree {
  const tree = new Map<string, { text: string; imports: Import[] }>();
  for (const folder of folders.filter((each) => existsSync(join(root, each)))) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!SOURCE.test(name)) continue;
      const file = `${folder}/${name.split(sep).join('/')}`;
      const text = readFileSync(join(root, file), 'utf8');
      tree.set(file, { text, imports: importsOf(file, text) });
    }
  }
  return tree;
}

/** A tree from texts, for testing the rules themselves. */
export const treeOf = (texts: Readonly<Record<string, string>>): SourceTree =>
  new Map(Object.entries(texts).map(([file, text]) => [file, { text, imports: importsOf(file, text) }]));
