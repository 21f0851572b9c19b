/**
 * The graph maps the dependency names of each package to installed folders. A name is resolved as in Node: by the
 * nearest `node_modules` above the dependent package that contains it. A link resolves to its target folder.
 */
import { posix } from 'node:path';
import type { LockedPackage } from './locked-package';
import { ROOT, type Lockfile } from './lockfile';
import { workspacesOf } from './workspaces';

/** An edge of the graph: `name`, required in folder `dependent`, resolves to folder `target`; `null` if missing. */
export interface Dependency {
  readonly dependent: string;
  readonly name: string;
  readonly target: string | null;
}

/** Dependencies of all packages. The dependencies of the root are the direct dependencies, including workspaces. */
export function dependenciesIn(lockfile: Lockfile): readonly Dependency[] {
  return [...lockfile].flatMap(([folder, entry]) => {
    const required = new Set(requiredBy(folder, entry, lockfile));
    const names = new Set([...required, ...entry.optionalDependencies, ...entry.peerDependencies]);
    return [...names]
      .map((name) => ({ dependent: folder, name, target: targetOf(name, folder, lockfile) }))
      .filter(({ name, target }) => target !== null || (required.has(name) && !isOutside(folder)));
  });
}

/** True for a folder that npm installed; false for the root, a workspace or a linked folder. */
export function isInstalled(folder: string): boolean {
  return folder.split('/').includes('node_modules');
}

/** True for a linked folder outside the project. npm omits its dependencies, so none of them is reported as missing. */
function isOutside(folder: string): boolean {
  return folder.startsWith('../');
}

function requiredBy(folder: string, entry: LockedPackage, lockfile: Lockfile): readonly string[] {
  const development = isInstalled(folder) ? [] : entry.devDependencies;
  const workspaces = folder === ROOT ? workspacesOf(lockfile) : [];
  // npm may list an optional dependency under `dependencies` as well.
  const optional = new Set(entry.optionalDependencies);
  return [...entry.dependencies, ...development, ...workspaces].filter((name) => !optional.has(name));
}

function targetOf(name: string, folder: string, lockfile: Lockfile): string | null {
  for (const above of foldersUpFrom(folder)) {
    const place = posix.join(above, 'node_modules', name);
    const entry = lockfile.get(place);
    if (entry === undefined) continue;
    const target = entry.linksTo ?? place;
    return lockfile.has(target) ? target : null;
  }
  return null;
}

/** Folders whose `node_modules` Node searches, nearest first. The root is excluded for a folder outside the project. */
function* foldersUpFrom(folder: string): Generator<string> {
  const steps = folder === ROOT ? [] : folder.split('/');
  while (steps.length > 0 && steps.at(-1) !== '..') {
    if (steps.at(-1) !== 'node_modules') yield steps.join('/');
    steps.pop();
  }
  if (!isOutside(folder)) yield ROOT;
}
