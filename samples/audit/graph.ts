/**
 * The graph says which package gets which other when it asks for a name. A name is looked up as Node does: in the
 * nearest `node_modules` up the tree from the package that asks. A link stands for the folder that it leads to.
 */
import { posix } from 'node:path';
import type { LockedPackage } from './locked-package';
import { ROOT, type Lockfile } from './lockfile';
import { workspacesOf } from './workspaces';

/** `dependent` asks for `name` and gets `target`: two folders. `target` is `null` if it is required, but missing. */
export interface Dependency {
  readonly dependent: string;
  readonly name: string;
  readonly target: string | null;
}

/** Every dependency of every package. Those of the root are its direct dependencies, its workspaces among them. */
export function dependenciesIn(lockfile: Lockfile): readonly Dependency[] {
  return [...lockfile].flatMap(([folder, entry]) => {
    const required = new Set(requiredBy(folder, entry, lockfile));
    const names = new Set([...required, ...entry.optionalDependencies, ...entry.peerDependencies]);
    return [...names]
      .map((name) => ({ dependent: folder, name, target: targetOf(name, folder, lockfile) }))
      .filter(({ name, target }) => target !== null || (required.has(name) && !isOutside(folder)));
  });
}

/** Put there by npm, unlike the root, a workspace or a linked folder. */
export function isInstalled(folder: string): boolean {
  return folder.split('/').includes('node_modules');
}

/** A linked folder beyond the project: npm does not record what it depends on, so nothing of it can be missing here. */
function isOutside(folder: string): boolean {
  return folder.startsWith('../');
}

function requiredBy(folder: string, entry: LockedPackage, lockfile: Lockfile): readonly string[] {
  const development = isInstalled(folder) ? [] : entry.devDependencies;
  const workspaces = folder === ROOT ? workspacesOf(lockfile) : [];
  // npm may list an optional dependency among the plain ones, too.
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

/** Those whose `node_modules` Node looks into, nearest first. The project's own is not above what lies outside of it. */
function* foldersUpFrom(folder: string): Generator<string> {
  const steps = folder === ROOT ? [] : folder.split('/');
  while (steps.length > 0 && steps.at(-1) !== '..') {
    if (steps.at(-1) !== 'node_modules') yield steps.join('/');
    steps.pop();
  }
  if (!isOutside(folder)) yield ROOT;
}
