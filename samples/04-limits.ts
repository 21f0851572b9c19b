/** A limiter bounds requests: all together, and those of each host. Ready hosts take turns. */
import { Limiter, limitMap } from 'sluice';
import { delay, from, lastValueFrom, of, toArray } from 'rxjs';

const limiter = new Limiter({ concurrency: 2, perKey: { concurrency: 1 } });
const urls = ['a.example/1', 'a.example/2', 'b.example/1', 'c.example/1'];
const hostOf = (url: string): string => url.split('/')[0] ?? url;

const fetched = from(urls).pipe(
  limitMap(limiter, hostOf, (url) => of(url).pipe(delay(5))),
  toArray(),
);

async function main(): Promise<void> {
  console.log((await lastValueFrom(fetched)).join(', '));
}

export const done = main();
// → a.example/1, b.example/1, c.example/1, a.example/2
