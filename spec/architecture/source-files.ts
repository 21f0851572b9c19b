/**
 * The sources as the house specs see them: each file with its text, its folder and what it imports.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import * as ts from 'typescript';

export const root = join(__dirname, '..', '..');

export interface SourceFile {
  /** Below `src`, with slashes. */
  readonly path: string;
  /** The first part of the path, whatever is below it; '.' for a door. */
  readonly folder: string;
  readonly text: string;
  readonly syntax: ts.SourceFile;
  /** As they are written. */
  readonly imports: readonly string[];
}

const src = join(root, 'src');

export const sourceFiles: readonly SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => sourceFile(path.split(sep).join('/'), readFileSync(join(src, path), 'utf8')));

/** Exported for a spec that shows what would be found. */
export function sourceFile(path: string, text: string): SourceFile {
  const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, folder: folderOf(path), text, syntax, imports: importsOf(syntax) };
}

/** Of a path below `src`. */
export function folderOf(path: string): string {
  const [folder = '.', ...below] = path.split('/');
  return below.length > 0 ? folder : '.';
}

/** The file below `src` that a relative import means, without extension; undefined for a package. */
export const importedFile = (file: SourceFile, specifier: string): string | undefined =>
  specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file.path), specifier)) : undefined;

/** `import`, `export … from`, `import()`, `require()` and `import('…')` in types. */
function importsOf(syntax: ts.SourceFile): string[] {
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
    ts.forEachChild(node, look);
  };
  look(syntax);
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference))
    return node.moduleReference.expression;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (!ts.isCallExpression(node)) return undefined;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isRequire || node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
}

/** The package of an import: `rxjs` for `rxjs/operators`, `@scope/name` for what is below it. */
export const packageOf = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
