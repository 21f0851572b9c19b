/**
 * A locked package is one entry of a lockfile. npm copies the fields from the packages without checking them: a field
 * that is absent, or has a form that npm does not read, becomes `null` or an empty list.
 */
export interface LockedPackage {
  readonly version: string | null;
  readonly licence: string | null;
  readonly integrity: string | null;
  /** Target folder of a link; `null` for an entry that is a package itself. */
  readonly linksTo: string | null;
  /** True for a package inside the archive of another package, whose integrity hash covers it. */
  readonly isBundled: boolean;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  readonly optionalDependencies: readonly string[];
  readonly peerDependencies: readonly string[];
  /** Glob patterns of the workspace folders. */
  readonly workspaces: readonly string[];
}

/** Reads an entry. The result is `null` for an invalid one: not an object, or a link without a target. */
export function lockedPackage(entry: unknown): LockedPackage | null {
  if (!isRecord(entry)) return null;
  const linksTo = entry['link'] === true ? entry['resolved'] : null;
  if (linksTo !== null && typeof linksTo !== 'string') return null;
  return {
    version: textOf(entry['version']),
    licence: licenceOf(entry['license']),
    integrity: textOf(entry['integrity']),
    linksTo,
    isBundled: entry['inBundle'] === true,
    dependencies: namesOf(entry['dependencies']),
    devDependencies: namesOf(entry['devDependencies']),
    optionalDependencies: namesOf(entry['optionalDependencies']),
    peerDependencies: namesOf(entry['peerDependencies']),
    workspaces: patternsOf(entry['workspaces']),
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a text; `null` for other types and for blank texts, which count as absent. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** Licence of an entry. Packages from npm's first years have `{ type, url }`, or an array of alternatives. */
function licenceOf(value: unknown): string | null {
  if (Array.isArray(value)) return textOf(value.map(licenceOf).filter(Boolean).join(' OR '));
  return textOf(isRecord(value) ? value['type'] : value);
}

function namesOf(value: unknown): readonly string[] {
  return isRecord(value) ? Object.keys(value) : [];
}

/** Workspace patterns. npm also accepts the form of Yarn, `{ packages: [...] }`. */
function patternsOf(value: unknown): readonly string[] {
  const patterns: unknown = isRecord(value) ? value['packages'] : value;
  return Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === 'string') : [];
}
