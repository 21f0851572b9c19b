/**
 * An answer is what the audit says of one direct dependency. Every way of asking finds out for itself what can be
 * reached from where; what follows from that is worked out here, so that all of them mean the same.
 * A package is known by its folder in the lockfile, as one name and version may lie in several folders.
 */
import type { Dependency } from './graph';

export interface Answer {
  /** As the root asks for it; an alias is not the package's own name. */
  readonly name: string;
  /** Folder and version are `null` if it is missing. */
  readonly path: string | null;
  readonly version: string | null;
  /** Everything that it needs, and what that needs, and so on; not itself, even where a cycle leads back. */
  readonly bringsIn: readonly string[];
  /** Steps to the farthest of these, each by its shortest way; 0 if there is none. */
  readonly depth: number;
  /** Those of `bringsIn` that no other direct dependency is or brings in: they would go with it. */
  readonly onlyIt: readonly string[];
  /** Of itself and of everything that it brings in; so are the three below. */
  readonly licences: readonly string[];
  readonly withoutLicence: readonly string[];
  readonly withoutIntegrity: readonly string[];
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

/** What can be reached from one direct dependency. */
export interface Reach {
  readonly direct: Dependency;
  /** Every folder reached, with its distance; first comes the direct dependency itself, at 0. */
  readonly depths: ReadonlyMap<string, number>;
  readonly missing: readonly Dependency[];
}

/** All folders that any of these reach, each once. */
export function reachedBy(reaches: readonly Reach[]): readonly string[] {
  return [...new Set(reaches.flatMap(({ depths }) => [...depths.keys()]))];
}

/** The answers in the order of their names, whatever order the facts arrived in. */
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
        missing: missing.map(({ name, dependent }) => ({ name, neededBy: dependent })).sort(byNeed),
      };
    })
    .sort((one, other) => compare(one.name, other.name));
}

/** Not by `Math.max(...)`, which overflows the stack where a lockfile is large. */
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

function byNeed(one: Missing, other: Missing): number {
  return compare(one.name, other.name) || compare(one.neededBy, other.neededBy);
}

/** By code unit, as `sort()` itself does: the same on every machine, in every locale. */
function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
