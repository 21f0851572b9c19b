/** `priority`: the order of batches under a policy that flushes one at a time. */
import { delay, of } from 'rxjs';
import { all, batch, BatchScheduler, Future, largestFirst, type BatchConfig, type FlushPolicy } from 'sluice';
import { runVirtual } from './virtual-run';

type Priority = NonNullable<BatchConfig<number>['priority']>;

/** The order of flushes. Each entry is a batch: its name, its number of keys and its priority. */
function flushOrder(
  batches: readonly (readonly [name: string, size: number, priority?: Priority])[],
  policy: FlushPolicy = largestFirst,
): string[] {
  const order: string[] = [];
  runVirtual(({ flush }) => {
    const scheduler = new BatchScheduler({ policy });
    const loads = batches.map(([name, size, priority]) => {
      const resolve = (ids: readonly number[]) => {
        order.push(name);
        return of([...ids]).pipe(delay(1));
      };
      const load = batch(resolve, { name, scheduler, ...(priority === undefined ? {} : { priority }) });
      return load.many(Array.from({ length: size }, (_, id) => id));
    });
    all(loads).subscribe();
    flush();
  });
  return order;
}

describe('priority under largestFirst', () => {
  it('left out, is the size', () => {
    expect(
      flushOrder([
        ['small', 1],
        ['large', 3],
        ['middle', 2],
      ]),
    ).toEqual(['large', 'middle', 'small']);
  });

  it('as a number, takes precedence over the size', () => {
    expect(
      flushOrder([
        ['large', 9, 1],
        ['urgent', 1, 10],
      ]),
    ).toEqual(['urgent', 'large']);
  });

  it('as a function, receives the size', () => {
    expect(
      flushOrder([
        ['large', 3, (size) => -size],
        ['small', 1, (size) => -size],
      ]),
    ).toEqual(['small', 'large']);
  });

  it('if equal, flushes the larger batch first, then the older', () => {
    expect(
      flushOrder([
        ['older', 1, 5],
        ['younger', 1, 5],
        ['larger', 2, 5],
      ]),
    ).toEqual(['larger', 'older', 'younger']);
  });

  it('may be infinite', () => {
    expect(
      flushOrder([
        ['never first', 5, -Infinity],
        ['first', 1, Infinity],
      ]),
    ).toEqual(['first', 'never first']);
  });

  it('is computed anew each round, so that a batch that has grown is flushed first', () => {
    runVirtual(({ flush, at }) => {
      const order: string[] = [];
      const scheduler = new BatchScheduler({ policy: largestFirst });
      const recorded = (name: string) =>
        batch(
          (ids: readonly number[]) => {
            order.push(name);
            return of([...ids]).pipe(delay(10));
          },
          { scheduler },
        );
      const [first, second, third] = [recorded('first'), recorded('second'), recorded('third')];
      all([first.many([1, 2, 3]), second.many([1, 2]), third(1)]).subscribe();
      at(5, () => void third.many([2, 3]).subscribe());
      flush();
      expect(order).toEqual(['first', 'third', 'second']);
    });
  });
});

describe('a policy', () => {
  it('receives name, size, priority and age of the open batches, and the batches in flight', () => {
    const seen: unknown[] = [];
    flushOrder([['a', 2, 7]], (open, inFlight) => {
      seen.push(
        open.map(({ name, size, priority, openedAt }) => ({ name, size, priority, openedAt })),
        inFlight.length,
      );
      return open;
    });
    expect(seen).toEqual([[{ name: 'a', size: 2, priority: 7, openedAt: 0 }], 0]);
  });

  it('determines the order of flushes by the order of its result', () => {
    expect(
      flushOrder(
        [
          ['a', 1],
          ['b', 1],
          ['c', 1],
        ],
        (open) => open.toReversed(),
      ),
    ).toEqual(['c', 'b', 'a']);
  });

  it('that returns no batch while nothing is in flight lets the oldest batch flush', () => {
    expect(
      flushOrder(
        [
          ['a', 1],
          ['b', 1],
        ],
        () => [],
      ),
    ).toEqual(['a', 'b']);
  });

  it('flushAll does not read priorities', () => {
    runVirtual(({ flush }) => {
      const priority = jest.fn(() => 1);
      Future.from(batch((ids: readonly number[]) => [...ids], { priority })(1)).subscribe();
      flush();
      expect(priority).not.toHaveBeenCalled();
    });
  });
});
