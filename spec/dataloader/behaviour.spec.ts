/**
 * The table of the behaviour of `dataloader` 2.2.3. Each row runs with that package and with `sluice/dataloader`, and gives the
 * same with both.
 */
import { cacheRows } from './cache-rows';
import { constructionRows } from './construction-rows';
import { ours, theirs, type BehaviourRow } from './implementations';
import { loadingRows } from './loading-rows';
import { misuseRows } from './misuse-rows';
import { timingRows } from './timing-rows';

const sections: readonly (readonly [string, readonly BehaviourRow[]])[] = [
  ['the constructor', constructionRows],
  ['loading', loadingRows],
  ['the cache', cacheRows],
  ['the moment of dispatch', timingRows],
  ['misuse', misuseRows],
];

describe.each([
  ['dataloader', theirs],
  ['sluice/dataloader', ours],
])('%s', (_, loaderClass) => {
  describe.each(sections)('%s', (_title, rows) => {
    it.each(rows.map((row) => [row.title, row] as const))('%s', async (_row, { run, gives }) => {
      expect(await run(loaderClass)).toEqual(gives);
    });
  });
});
