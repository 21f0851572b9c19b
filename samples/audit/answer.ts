/**
 * An answer is the audit's result for one direct dependency. Each way of querying finds the reachable packages itself;
 * the answers are derived from them here, so that all ways share one definition of every field.
 * The folder in the lockfile identifies a package, because one name and version may be installed in several folders.
 */
import type { Dependency } from './graph';

export interface Answer {
  /** Name under which the root depends on the package; an alias differs from the package's own name. */
  readonly name: string;
  /** Folder of the package in the lockfile. `path` and `version` are `null` if the package is missing. */
  readonly path: string | null;
  readonly version: string | null;
  /** Folders of the transitive dependencies, without the direct dependency itself, even if it is part of a cycle. */
  readonly bringsIn: readonly string[];
  /** Largest distance to a package of `bringsIn`, by the shortest path; 0 if `bringsIn` is empty. */
  readonly depth: number;
  /** Packages of `bringsIn` that no other direct dependency is or brings in: removing this one removes them too. */
  readonly onlyIt: readonly string[];
  /** Licences of the direct dependency and of the packages in `bringsIn`. */
  readonly licences: readonly string[];
  /** Folders without a licence, among the direct dependency and `bringsIn`. */
  readonly withoutLicence: readonly string[];
  /** Folders that lack an integrity hash, among the direct dependency and `bringsIn`. */
  readonly withoutIntegrity: readonly string[];
  /** Missing dependencies of the direct dependency and of `bringsIn`. */
  readonly missing: readonly Missing[];
}

/** A required dependency that the lockfile does not have. */
export interface Missing {
  readonly name: string;
  readonly neededBy: string;
}

/** A row of the table `package`. */
export interface PackageFacts {
  readonly path: string;
  readonly version: string | null;
  readonly licence: string | null;
  readonly lacksIntegrity: boolean;
}

/** Packages that can be reached from one direct dependency. */
export interface Reach {
  readonly direct: Dependency;
  /** Distance of every reached folder. The first entry is the direct dependency itself, at distance 0. */
  readonly depths: ReadonlyMap<string, number>;
  readonly missing: readonly Dependency[];
}

/** Folders that are part of at least one reach, without duplicates. */
export function reachedBy(reaches: readonly Reach[]): readonly string[] {
  return [...new Set(reaches.flatMap(({ depths }) => [...depths.keys()]))];
}

/** Answers sorted by name, so that the order of the arguments has no effect. */
export function answersFrom(reaches: readonly Reach[], facts: readonly PackageFacts[]): readonly Answer[] {
  const factsOf = new Map(facts.map((fact) => [fact.path, fact]));
  const timesReached = count(reaches.flatMap(({ depths }) => [...depths.keys()]));
  return reaches
    .map(({ direct, depths, missing }): Answer => {
      const paths = [...depths.keys()].sort();
      const found = paths.flatMap((path) => factsOf.get(path) ?? []);
      const bringsIn = paths.filter((path) => path !== direct.target);
      return {
        name: direct.name,
        path: direct.target,
        version: found.find(({ path }) => path === direct.target)?.version ?? null,
        bringsIn,
        depth: farthest(depths),
        onlyIt: bringsIn.filter((path) => timesReached.get(path) === 1),
        licences: [...new Set(found.flatMap(({ licence }) => licence ?? []))].sort(),
        withoutLicence: found.filter(({ licence }) => licence === null).map(({ path }) => path),
        withoutIntegrity: found.filter(({ lacksIntegrity }) => lacksIntegrity).map(({ path }) => path),
        missing: missing.map(({ name, dependent }) => ({ name, neededBy: dependent })).sort(compareMissing),
      };
    })
    .sort((one, other) => compare(one.name, other.name));
}

/** Largest depth. A loop, because `Math.max(...depths)` overflows the stack for a large lockfile. */
function farthest(depths: ReadonlyMap<string, number>): number {
  let most = 0;
  for (const depth of depths.values()) most = Math.max(most, depth);
  return most;
}

function count(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function compareMissing(one: Missing, other: Missing): number {
  return compare(one.name, other.name) || compare(one.neededBy, other.neededBy);
}

/** Order by code unit, as in `sort()`: the same on every machine and in every locale. */
function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
