/**
 * The naive way asks for one thing at a time and waits for it: the code that everybody writes first. It never asks
 * the same twice for one direct dependency, but each starts afresh.
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
    // A Map goes on to what is added while it is walked, and keeps its order: the nearest come first.
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
