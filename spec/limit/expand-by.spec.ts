/** `expandBy`: a bounded walk that visits each key once. Time is virtual. */
import * as fc from 'fast-check';
import {
  defer,
  delay,
  EMPTY,
  expand,
  finalize,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  range,
  Subject,
  take,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import { batch, expandBy, type ExpandByConfig } from 'sluice';
import { marbles } from '../support/marbles';
import { listen, runVirtual } from '../batch/virtual-run';

type Graph = Readonly<Record<string, readonly string[]>>;

const CYCLIC: Graph = { a: ['b', 'c'], b: ['d', 'a'], c: ['d', 'e'], d: ['a'], e: [] };

const linksOf =
  (graph: Graph) =>
  (name: string): readonly string[] =>
    graph[name] ?? [];

describe('expandBy', () => {
  it(
    'emits values as they are found, and expands each once',
    marbles((m) => {
      const source = m.cold('          a------------|');
      const results: Readonly<Record<string, Observable<string>>> = {
        a: m.cold('                    --b-c|'),
        b: m.cold('                      ---a-c|'),
        c: m.cold('                        -|'),
      };
      const expected = '               a-b-c--------|';
      m.expect(source.pipe(expandBy((name: string) => results[name] ?? EMPTY))).toBeObservable(expected);
    }),
  );

  it('ends for a graph with cycles, where expand never ends', () => {
    const bounded = listen(of('a').pipe(expandBy(linksOf(CYCLIC))));
    expect(bounded).toMatchObject({ values: ['a', 'b', 'c', 'd', 'e'], isComplete: true });
    const endless = listen(of('a').pipe(expand(linksOf(CYCLIC), 1), take(100)));
    expect(endless.values).toHaveLength(100);
  });

  it('walks a chain of a hundred thousand synchronous values, of which expand loses most', () => {
    const next = (n: number) => (n < 100_000 ? of(n + 1) : EMPTY);
    expect(listen(of(0).pipe(expandBy(next, { max: 1 }))).values).toHaveLength(100_001);
    const expanded = listen(of(0).pipe(expand(next)));
    expect([expanded.values.length < 100_001, expanded.isComplete]).toEqual([true, false]);
  });

  it('compares values by `key`', () => {
    const pages = listen(
      of({ path: '/a', from: '' }).pipe(
        expandBy(
          ({ path }) => [
            { path: '/a', from: path },
            { path: '/b', from: path },
          ],
          { key: ({ path }) => path },
        ),
      ),
    );
    expect(pages.values).toEqual([
      { path: '/a', from: '' },
      { path: '/b', from: '/a' },
    ]);
  });

  it(
    'expands at most `concurrency` values at a time',
    marbles((m) => {
      const source = m.cold('(abc|)');
      const work = m.cold('  ---|');
      const expected = '     (abc)-|';
      m.expect(source.pipe(expandBy(() => work, { concurrency: 2 }))).toBeObservable(expected);
      m.expect(work).toHaveSubscriptions(['^--!', '^--!', '---^--!']);
    }),
  );

  it('begins a value after the teardowns of the one that it replaces', () => {
    let running = 0;
    let most = 0;
    const work = () =>
      defer(() => {
        most = Math.max(most, ++running);
        return timer(1).pipe(
          mergeMap(() => EMPTY),
          finalize(() => running--),
        );
      });
    runVirtual(({ flush }) => {
      listen(of(1, 2, 3, 4).pipe(expandBy(work, { concurrency: 2 })));
      flush();
    });
    expect([running, most]).toEqual([0, 2]);
  });

  it('loads the values of one level in one batch', () => {
    runVirtual(({ flush }) => {
      const asked: (readonly string[])[] = [];
      const links = batch((names: readonly string[]) => {
        asked.push([...names]);
        return of(names.map(linksOf(CYCLIC))).pipe(delay(5));
      });
      const recording = listen(of('a').pipe(expandBy((name) => links(name).pipe(mergeMap((found) => found)))));
      flush();
      expect(recording.values).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(asked).toEqual([['a'], ['b', 'c'], ['d', 'e']]);
    });
  });

  it('takes seeds that come later, and drops those that were found', () => {
    runVirtual(({ at, flush }) => {
      const seeds = new Subject<string>();
      const recording = listen(seeds.pipe(expandBy(linksOf(CYCLIC))));
      at(1, () => seeds.next('e'));
      at(2, () => seeds.next('a'));
      at(3, () => seeds.next('d'));
      at(4, () => seeds.complete());
      flush();
      expect(recording).toMatchObject({ values: ['e', 'a', 'b', 'c', 'd'], isComplete: true });
    });
  });

  it('goes on if its source ends while a value is being emitted', () => {
    const seeds = new Subject<string>();
    const values: string[] = [];
    let isComplete = false;
    seeds.pipe(expandBy(linksOf(CYCLIC))).subscribe({
      next: (name) => {
        values.push(name);
        seeds.complete();
      },
      complete: () => (isComplete = true),
    });
    seeds.next('a');
    expect([values, isComplete]).toEqual([['a', 'b', 'c', 'd', 'e'], true]);
  });

  it('stays open while its source or an expansion is', () => {
    const source = new Subject<number>();
    const open = listen(source.pipe(expandBy(() => EMPTY)));
    source.next(1);
    expect(open.isComplete).toBe(false);
    source.complete();
    expect(open.isComplete).toBe(true);
    expect(listen(of(1).pipe(expandBy(() => NEVER))).isComplete).toBe(false);
    expect(listen(EMPTY.pipe(expandBy(() => NEVER))).isComplete).toBe(true);
  });

  it('forwards an error of its source, of project, of key and of an expansion, and cancels the others', () => {
    const fault = new RangeError('no');
    const fail = (): never => {
      throw fault;
    };
    const failures = [
      throwError(() => fault).pipe(expandBy(() => EMPTY)),
      of(1).pipe(expandBy(fail)),
      of(1).pipe(expandBy(() => EMPTY, { key: fail })),
      of(1).pipe(expandBy(() => throwError(() => fault))),
    ];
    for (const failure of failures) expect(listen(failure).errors).toEqual([fault]);
    runVirtual(({ flush }) => {
      const cancelled: number[] = [];
      const work = (n: number) =>
        (n === 2 ? timer(3).pipe(mergeMap(() => throwError(() => fault))) : NEVER).pipe(
          finalize(() => cancelled.push(n)),
        );
      const recording = listen(of(1, 2, 3).pipe(expandBy(work)));
      flush();
      expect([recording.errors, cancelled.sort()]).toEqual([[fault], [1, 2, 3]]);
    });
  });

  it.each<[string, (fault: Error) => (n: number) => Observable<number>, ExpandByConfig<number>]>([
    ['an expansion', (fault) => () => throwError(() => fault), {}],
    ['an expansion that fails later', (fault) => () => timer(1).pipe(mergeMap(() => throwError(() => fault))), {}],
    ['a store', () => () => EMPTY, { store: { add: () => throwError(() => new RangeError('no')) } }],
  ])('has unsubscribed from its source when it notifies an error of %s', (_, projectOf, config) => {
    const fault = new RangeError('no');
    const log: unknown[] = [];
    runVirtual(({ flush }) => {
      const source = merge(timer(1), NEVER).pipe(finalize(() => log.push('source')));
      source.pipe(expandBy(projectOf(fault), config)).subscribe({ error: (error: unknown) => log.push(error) });
      flush();
    });
    expect(log).toEqual(['source', fault]);
  });

  it('stops with its subscriber, also inside next and inside project', () => {
    const projected: number[] = [];
    const stop = new Subject<void>();
    const next = (n: number) => (projected.push(n), of(n + 1));
    const inNext: number[] = [];
    of(0)
      .pipe(expandBy(next), takeUntil(stop))
      .subscribe((n) => {
        inNext.push(n);
        if (n === 3) stop.next();
      });
    expect([inNext, projected]).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2],
    ]);
    const subscribed = jest.fn(() => EMPTY);
    const inProject = listen(
      of(0).pipe(
        expandBy(() => (stop.next(), defer(subscribed))),
        takeUntil(stop),
      ),
    );
    expect([inProject.isComplete, subscribed.mock.calls.length]).toEqual([true, 0]);
  });
});

describe('expandBy with depth', () => {
  it('emits values at this depth without expanding them', () => {
    const seen: [string, number][] = [];
    const project = (name: string, depth: number) => (seen.push([name, depth]), linksOf(CYCLIC)(name));
    expect(listen(of('a').pipe(expandBy(project, { depth: 1 }))).values).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual([['a', 0]]);
    seen.length = 0;
    expect(listen(of('a').pipe(expandBy(project, { depth: 2 }))).values).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(seen).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 1],
    ]);
    expect(listen(of('a').pipe(expandBy(project, { depth: 0 })))).toMatchObject({ values: ['a'], isComplete: true });
  });

  it('counts the shortest way to a value, also if a longer one was faster', () => {
    // The fast way a-b-x has two steps, the slow way a-x one; only from the nearer one is y within the depth.
    const graph: Graph = { a: ['b', 's'], b: ['c'], c: ['x'], s: ['x'], x: ['y'] };
    const slow = (name: string) => timer(name === 's' ? 100 : 1).pipe(mergeMap(() => linksOf(graph)(name)));
    runVirtual(({ flush }) => {
      const recording = listen(of('a').pipe(expandBy(slow, { depth: 3 })));
      flush();
      expect([...recording.values].sort()).toEqual(['a', 'b', 'c', 's', 'x', 'y']);
    });
  });

  it('counts a value of the source from 0, also if another value of the source leads to it', () => {
    // With the depth counted from a, the way to d would end at c.
    const graph: Graph = { a: ['b'], b: ['c'], c: ['d'], d: [] };
    const recording = listen(of('a', 'c').pipe(expandBy(linksOf(graph), { depth: 2 })));
    expect([...recording.values].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('drops a value of the source that comes after its key was expanded or has reached the depth', () => {
    const graph: Graph = { a: ['b'], b: ['c'], c: [] };
    const source = new Subject<string>();
    const recording = listen(source.pipe(expandBy(linksOf(graph), { depth: 1 })));
    for (const name of ['a', 'b', 'a']) source.next(name);
    expect(recording.values).toEqual(['a', 'b']);
  });

  it('expands the values of an endless source as they come, without a depth', () => {
    const endless = range(0, Infinity).pipe(
      expandBy((n) => of(-n), { max: 100 }),
      take(9),
    );
    expect(listen(endless).values).toEqual([0, 1, -1, 2, -2, 3, -3, 4, -4]);
  });

  it('counts the shortest way to a value, also through a key that the store is slow to know', () => {
    const graph: Graph = { a: ['b', 's'], b: ['c'], c: ['x'], s: ['x'], x: ['y'] };
    const store = {
      add: (name: string) => timer(name === 's' ? 100 : 1).pipe(map(() => !seen.has(name) && Boolean(seen.add(name)))),
    };
    const seen = new Set<string>();
    runVirtual(({ flush }) => {
      const recording = listen(of('a').pipe(expandBy(linksOf(graph), { depth: 3, store })));
      flush();
      expect([...recording.values].sort()).toEqual(['a', 'b', 'c', 's', 'x', 'y']);
    });
  });

  it('lets a value wait only for those that are two steps nearer', () => {
    const graph: Graph = { a: ['b'], b: ['c'], c: [], s: [] };
    const begun: string[] = [];
    const slow = (name: string) => {
      begun.push(name);
      return timer(name === 's' ? 100 : 1).pipe(mergeMap(() => linksOf(graph)(name)));
    };
    runVirtual(({ at, flush }) => {
      listen(of('a', 's').pipe(expandBy(slow, { depth: 5 })));
      at(99, () => expect(begun).toEqual(['a', 's', 'b']));
      flush();
      expect(begun).toEqual(['a', 's', 'b', 'c']);
    });
  });

  const graphs = fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { minLength: 12, maxLength: 12 });
  const stores: readonly ((found: Set<number>) => ExpandByConfig<number>)[] = [
    () => ({}),
    (found) => ({ store: { add: (n) => timer(n % 3).pipe(map(() => !found.has(n) && Boolean(found.add(n)))) } }),
  ];

  it.each([
    ['in memory', 0],
    ['in a store that answers later', 1],
  ])('visits what a walk by levels visits, each key once, with the keys %s', (_, which) => {
    fc.assert(
      fc.property(
        graphs,
        fc.nat(4),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(9), { minLength: 12, maxLength: 12 }),
        fc.array(fc.nat(11), { minLength: 1, maxLength: 4 }),
        (graph, depth, concurrency, naps, seeds) => {
          const expanded: number[] = [];
          const project = (n: number) => (expanded.push(n), soon(naps[n] ?? 0).pipe(mergeMap(() => graph[n] ?? [])));
          let values: readonly number[] = [];
          runVirtual(({ flush }) => {
            const recording = listen(
              of(...seeds).pipe(expandBy(project, { depth, concurrency, ...stores[which]?.(new Set()) })),
            );
            flush();
            expect(recording).toMatchObject({ isComplete: true, errors: [] });
            values = recording.values;
          });
          const levels = levelsOf(graph, seeds, depth);
          expect([...values].sort(byNumber)).toEqual(levels.flat().sort(byNumber));
          expect([...expanded].sort(byNumber)).toEqual(levels.slice(0, depth).flat().sort(byNumber));
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** At once for 0, which a timer is not. */
const soon = (ms: number): Observable<unknown> => (ms === 0 ? of(0) : timer(ms));

const byNumber = (one: number, other: number): number => one - other;

/** The nodes at each distance from the seeds, up to `depth`: an independent walk. */
function levelsOf(graph: readonly (readonly number[])[], seeds: readonly number[], depth: number): number[][] {
  const seen = new Set(seeds);
  const levels: number[][] = [[...seen]];
  for (let level = 0; level < depth; level++) {
    const next = [...new Set((levels[level] ?? []).flatMap((n) => graph[n] ?? []))].filter((n) => !seen.has(n));
    for (const n of next) seen.add(n);
    levels.push(next);
  }
  return levels;
}

describe('expandBy with max or store', () => {
  it('remembers at most `max` keys', () => {
    const circle = (n: number) => of((n + 1) % 5);
    expect(listen(of(0).pipe(expandBy(circle, { max: 5 }))).values).toEqual([0, 1, 2, 3, 4]);
    expect(listen(of(0).pipe(expandBy(circle, { max: 4 }), take(12))).values).toHaveLength(12);
  });

  it('continues with the keys of a store', () => {
    const store = new Set(['b']);
    expect(listen(of('a').pipe(expandBy(linksOf(CYCLIC), { store }))).values).toEqual(['a', 'c', 'd', 'e']);
  });

  it('fails with an error of the store', () => {
    const store = { add: () => throwError(() => new RangeError('store')) };
    expect(listen(of(1).pipe(expandBy(() => EMPTY, { store }))).errors).toEqual([new RangeError('store')]);
  });
});

describe('wrong use of expandBy', () => {
  it('throws a TypeError at the call', () => {
    const misuse = (config: unknown) => () => expandBy(() => EMPTY, config as never);
    expect(misuse({ concurrency: 0 })).toThrow('expandBy: expected `concurrency` to be a whole number, 1 or more');
    expect(misuse({ depth: -1 })).toThrow('expandBy: expected `depth` to be a whole number, 0 or more, or Infinity');
    expect(misuse({ key: 'id' })).toThrow('expandBy: expected `key` to be a function that returns the key of a value');
    expect(misuse({ maxDepth: 1 })).toThrow('expandBy: unknown option "maxDepth". Did you mean "depth"?');
    expect(() => expandBy(7 as never)).toThrow('expandBy: expected `project` to be a function');
  });
});
