/**
 * The way with sluice loads one package at a time in code, like the naive way: each direct dependency has a task of its
 * own. The tasks run concurrently, and sluice joins the loads of the same moment into one query.
 */
import { all, batch, task } from 'sluice';
import { byKey, groupByKey } from 'sluice/tools';
import { answersFrom, reachedBy, type Answer, type PackageFacts, type Reach } from './answer';
import type { Database } from './database';
import type { Dependency } from './graph';
import { ROOT } from './lockfile';

export async function withSluice(database: Database): Promise<readonly Answer[]> {
  // Batch functions are created for each audit, so that their caches end with it.
  const dependenciesOf = batch(
    async (paths: readonly string[]) =>
      groupByKey(
        await database.query<Dependency>('select dependent, name, target from dependency where dependent = any($1)', [
          paths,
        ]),
        ({ dependent }) => dependent,
      ),
    { cache: true, name: 'dependenciesOf' },
  );

  const packageAt = batch(
    async (paths: readonly string[]) =>
      byKey(
        await database.query<PackageFacts>(
          'select path, version, licence, "lacksIntegrity" from package where path = any($1)',
          [paths],
        ),
        ({ path }) => path,
      ),
    { cache: true, name: 'packageAt' },
  );

  const reachOf = task(function* reachOf(direct: Dependency) {
    const depths = new Map<string, number>();
    const missing: Dependency[] = [];
    let level: readonly Dependency[] = [direct];
    for (let depth = 0; level.length > 0; depth += 1) {
      const found: string[] = [];
      for (const dependency of level) {
        const { target } = dependency;
        if (target === null) missing.push(dependency);
        else if (!depths.has(target)) {
          depths.set(target, depth);
          found.push(target);
        }
      }
      level = (yield* all(found.map(dependenciesOf))).flat();
    }
    return { direct, depths, missing } satisfies Reach;
  });

  const audit = task(function* audit() {
    const direct = yield* dependenciesOf(ROOT);
    const reaches = yield* all(direct.map(reachOf));
    const facts = yield* all(reachedBy(reaches).map(packageAt));
    return answersFrom(reaches, facts);
  });

  return audit();
}
