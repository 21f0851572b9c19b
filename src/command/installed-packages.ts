/** The packages that a project can load, and the copies of one package in its tree of `node_modules`. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The manifest of a folder; undefined without one, and empty for one that cannot be read. */
export function manifestIn(folder: string): Manifest | undefined {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    // A broken manifest of some package says nothing about sluice.
    return {};
  }
}

/** The folder of a package, as Node finds it from a folder; undefined if it is not installed. */
export function folderOfPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (manifestIn(path)) return realpathSync(path);
    if (dirname(folder) === folder) return undefined;
  }
}

/** The folders of all copies of a package that a folder and the packages below it find, without the links to one of them. */
export function copiesOfPackage(name: string, root: string): string[] {
  const found = new Set<string>();
  const visit = (folder: string): void => {
    const modules = join(folder, 'node_modules');
    if (!existsSync(modules)) return;
    if (manifestIn(join(modules, name))) found.add(realpathSync(join(modules, name)));
    for (const path of packagesIn(modules)) visit(path);
  };
  visit(root);
  // In a workspace, the packages of the root are above.
  const above = folderOfPackage(name, root);
  if (above !== undefined) found.add(above);
  return [...found];
}

function packagesIn(modules: string): string[] {
  // pnpm keeps packages beside their links, each in a folder with its own `node_modules`.
  const store = join(modules, '.pnpm');
  const stored = existsSync(store) ? readdirSync(store).map((name) => join(store, name)) : [];
  return [...stored, ...linkedPackagesIn(modules)];
}

function linkedPackagesIn(modules: string): string[] {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@')
        ? readdirSync(join(modules, name)).map((inner) => join(modules, name, inner))
        : [join(modules, name)],
    );
}
