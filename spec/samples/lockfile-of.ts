/**
 * Lockfiles for specs: a spec states the relevant fields, and the others have the values that npm writes.
 */
import { parseLockfile, type Lockfile } from '../../samples/audit/lockfile';

export type Entry = Readonly<Record<string, unknown>>;

/** Returns the text of a lockfile with these entries. */
export function textOf(packages: Readonly<Record<string, Entry>>, lockfileVersion: unknown = 3): string {
  return JSON.stringify({ name: 'spec', lockfileVersion, packages });
}

export function lockfileOf(packages: Readonly<Record<string, Entry>>): Lockfile {
  return parseLockfile(textOf(packages), 'package-lock.json');
}

/** Returns an entry that depends on the packages with these names. */
export function needs(...names: readonly string[]): { readonly dependencies: Entry } {
  return { dependencies: Object.fromEntries(names.map((name) => [name, '*'])) };
}

/** Returns an entry as npm writes it for a package of its registry, with a licence and a hash. */
export function installed(entry: Entry = {}): Entry {
  return { version: '1.0.0', license: 'MIT', integrity: 'sha512-spec', ...entry };
}

export function link(resolved: string): Entry {
  return { resolved, link: true };
}
