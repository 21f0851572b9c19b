/**
 * A locked package is what one entry of a lockfile says. Entries are as various as the packages they were copied
 * from: whatever is not said, or is said in a form that npm itself would not read, is `null` or an empty list.
 */
export interface LockedPackage {
  readonly version: string | null;
  readonly licence: string | null;
  readonly integrity: string | null;
  /** The folder that a link leads to; `null` for a package that lies here itself. */
  readonly linksTo: string | null;
  /** It came inside the archive of another package, whose hash covers it. */
  readonly isBundled: boolean;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  readonly optionalDependencies: readonly string[];
  readonly peerDependencies: readonly string[];
  /** Glob patterns of the folders that hold workspaces. */
  readonly workspaces: readonly string[];
}

/** `null` for what can be no entry: something else than an object, or a link that leads nowhere. */
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

/** An empty text says nothing, and counts as none. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** Packages of npm's first years say `{ type, url }`, or list several of those to choose from. */
function licenceOf(value: unknown): string | null {
  if (Array.isArray(value)) return textOf(value.map(licenceOf).filter(Boolean).join(' OR '));
  return textOf(isRecord(value) ? value['type'] : value);
}

function namesOf(value: unknown): readonly string[] {
  return isRecord(value) ? Object.keys(value) : [];
}

/** Yarn's form, `{ packages: [...] }`, is npm's as well. */
function patternsOf(value: unknown): readonly string[] {
  const patterns: unknown = isRecord(value) ? value['packages'] : value;
  return Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === 'string') : [];
}
