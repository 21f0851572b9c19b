/**
 * The hand-written way is batched by hand: it fetches the graph level by level for all direct dependencies at once, and
 * walks it in memory. No walk takes fewer queries, but the batching hides the logic of the audit.
 */
import { answersFrom, reachedBy, type Answer, type PackageFacts, type Reach } from './answer';
import type { Database } from './database';
import type { Dependency } from './graph';
import { ROOT } from './lockfile';

export async function handwritten(database: Database): Promise<readonly Answer[]> {
  const graph = await fetchGraph(database);
  const reaches = dependenciesOf(ROOT, graph).map((direct) => walk(direct, graph));
  const facts = await database.query<PackageFacts>(
    'select path, version, licence, "lacksIntegrity" from package where path = any($1)',
    [reachedBy(reaches)],
  );
  return answersFrom(reaches, facts);
}

type Graph = ReadonlyMap<string, readonly Dependency[]>;

async function fetchGraph(database: Database): Promise<Graph> {
  const graph = new Map<string, Dependency[]>();
  let level: readonly string[] = [ROOT];
  while (level.length > 0) {
    for (const path of level) graph.set(path, []);
    const dependencies = await database.query<Dependency>(
      'select dependent, name, target from dependency where dependent = any($1)',
      [level],
    );
    for (const dependency of dependencies) graph.get(dependency.dependent)?.push(dependency);
    const targets = new Set(dependencies.flatMap(({ target }) => target ?? []));
    level = [...targets].filter((target) => !graph.has(target));
  }
  return graph;
}

function dependenciesOf(path: string, graph: Graph): readonly Dependency[] {
  return graph.get(path) ?? [];
}

function walk(direct: Dependency, graph: Graph): Reach {
  const depths = new Map<string, number>();
  let level: readonly Dependency[] = [direct];
  const missing: Dependency[] = [];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: Dependency[] = [];
    for (const dependency of level) {
      const { target } = dependency;
      if (target === null) missing.push(dependency);
      else if (!depths.has(target)) {
        depths.set(target, depth);
        next.push(...dependenciesOf(target, graph));
      }
    }
    level = next;
  }
  return { direct, depths, missing };
}
