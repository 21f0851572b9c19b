/**
 * The naive way awaits one query at a time: the code of a first draft. Queries are not repeated within one direct
 * dependency, but they are repeated for each direct dependency.
 */
import { answersFrom, type Answer, type PackageFacts, type Reach } from './answer';
import type { Database } from './database';
import type { Dependency } from './graph';
import { ROOT } from './lockfile';

export async function naive(database: Database): Promise<readonly Answer[]> {
  const reaches: Reach[] = [];
  const facts: PackageFacts[] = [];
  for (const direct of await dependenciesOf(ROOT)) {
    const reach = await reachOf(direct);
    for (const path of reach.depths.keys()) facts.push(...(await packageAt(path)));
    reaches.push(reach);
  }
  return answersFrom(reaches, facts);

  async function reachOf(direct: Dependency): Promise<Reach> {
    const depths = new Map<string, number>();
    const missing: Dependency[] = [];
    visit(direct, 0);
    // Iteration over a Map includes entries added meanwhile, in insertion order: the loop is a breadth-first search.
    for (const [path, depth] of depths) {
      for (const dependency of await dependenciesOf(path)) visit(dependency, depth + 1);
    }
    return { direct, depths, missing };

    function visit(dependency: Dependency, depth: number): void {
      if (dependency.target === null) missing.push(dependency);
      else if (!depths.has(dependency.target)) depths.set(dependency.target, depth);
    }
  }

  function dependenciesOf(path: string): Promise<readonly Dependency[]> {
    return database.query('select dependent, name, target from dependency where dependent = $1', [path]);
  }

  function packageAt(path: string): Promise<readonly PackageFacts[]> {
    return database.query('select path, version, licence, "lacksIntegrity" from package where path = $1', [path]);
  }
}
