/**
 * Lockfiles for specs: only what a spec is about is written, the rest is as npm would have it.
 */
import { parseLockfile, type Lockfile } from '../../samples/audit/lockfile';

export type Entry = Readonly<Record<string, unknown>>;

/** The text of a lockfile with these entries. */
export function textOf(packages: Readonly<Record<string, Entry>>, lockfileVersion: unknown = 3): string {
  return JSON.stringify({ name: 'spec', lockfileVersion, packages });
}

export function lockfileOf(packages: Readonly<Record<string, Entry>>): Lockfile {
  return parseLockfile(textOf(packages), 'package-lock.json');
}

/** A root, or a package, that depends on these. */
export function needs(...names: readonly string[]): { readonly dependencies: Entry } {
  return { dependencies: Object.fromEntries(names.map((name) => [name, '*'])) };
}

/** As npm installs it from its registry, with a licence and a hash. */
export function installed(entry: Entry = {}): Entry {
  return { version: '1.0.0', license: 'MIT', integrity: 'sha512-spec', ...entry };
}

export function link(resolved: string): Entry {
  return { resolved, link: true };
}
