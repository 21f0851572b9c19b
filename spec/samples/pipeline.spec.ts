/** The pipeline from end to end, on virtual time: services that answer after some frames, drawn as marbles. */
import { delay, finalize, map, of, throwError, timer, type Observable } from 'rxjs';
import { pipeline, type Services } from '../../samples/pipeline/pipeline';
import type { Outcome, SaleEvent, SaleRow } from '../../samples/pipeline/sale';
import type { AsyncItems } from 'sluice';
import { listen, runVirtual } from '../batch/virtual-run';
import { marbles } from '../support/marbles';

interface Calls {
  readonly users: (readonly number[])[];
  readonly products: (readonly number[])[];
  readonly writes: (readonly number[])[];
}

const USERS_MS = 2;
const PRODUCTS_MS = 3;
const WRITE_MS = 4;

/** Services that know the users and products 1 to 9, and record their calls. */
function virtualServices(
  store?: (rows: readonly SaleRow[]) => Observable<unknown>,
): Services & { readonly calls: Calls } {
  const calls: Calls = { users: [], products: [], writes: [] };
  const known = (ids: readonly number[]): readonly number[] => ids.filter((id) => id >= 1 && id <= 9);
  return {
    calls,
    usersWith: (ids) => {
      calls.users.push([...ids]);
      return of(known(ids).map((id) => ({ id, name: `user ${String(id)}` }))).pipe(delay(USERS_MS));
    },
    productsWith: (ids) => {
      calls.products.push([...ids]);
      return of(known(ids).map((id) => ({ id, name: `product ${String(id)}`, price: 100 * id }))).pipe(
        delay(PRODUCTS_MS),
      );
    },
    store: (rows) => {
      calls.writes.push(rows.map(({ id }) => id));
      return store ? store(rows) : timer(WRITE_MS);
    },
  };
}

const sale = (id: number, { userId = id, productId = id } = {}): SaleEvent => ({ id, userId, productId, quantity: 2 });
const stored = (id: number): Outcome => ({ id, status: 'stored' });

describe('the pipeline', () => {
  it(
    'takes events as results leave, looks them up in batches, and writes in batches',
    marbles((m) => {
      const services = virtualServices();
      const outcomes = pipeline(
        [1, 2, 3].map((id) => sale(id)),
        services,
        { concurrency: 2, batchSize: 2 },
      );
      // Look-ups end at 3, the write at 7; then the last event takes its place.
      const expected = '-------(ab)---(c|)';
      m.expect(outcomes).toBeObservable(expected, { a: stored(1), b: stored(2), c: stored(3) });
      m.flush();
      expect(services.calls).toEqual({
        users: [[1, 2], [3]],
        products: [[1, 2], [3]],
        writes: [[1, 2], [3]],
      });
    }),
  );

  it('stores rows with names and totals', () => {
    runVirtual(({ flush }) => {
      const rows: SaleRow[] = [];
      const services = virtualServices((batch) => (rows.push(...batch), of(null)));
      listen(pipeline([sale(1, { userId: 4, productId: 3 })], services, { concurrency: 1, batchSize: 1 }));
      flush();
      expect(rows).toEqual([{ id: 1, user: 'user 4', product: 'product 3', total: 600 }]);
    });
  });

  it('looks the next events up while a batch is being written, and writes one batch at a time', () => {
    runVirtual(({ at, flush }) => {
      let writing = 0;
      const slow = (): Observable<unknown> => {
        expect(++writing).toBe(1);
        return timer(100).pipe(finalize(() => writing--));
      };
      const services = virtualServices(slow);
      const events = Array.from({ length: 8 }, (_, index) => sale(index + 1));
      listen(pipeline(events, services, { concurrency: 4, batchSize: 2 }));
      at(50, () => expect(services.calls.writes).toEqual([[1, 2]]));
      // The first write ended at 103, and two places were free.
      at(110, () =>
        expect(services.calls.users).toEqual([
          [1, 2, 3, 4],
          [5, 6],
        ]),
      );
      flush();
      expect(services.calls.writes).toEqual([
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ]);
    });
  });

  it('slows an endless feed down to the pace of the writes', () => {
    runVirtual(({ at, flush }) => {
      let taken = 0;
      const feed = function* () {
        for (;;) yield sale((taken++ % 9) + 1);
      };
      const running = listen(
        pipeline(
          feed,
          virtualServices(() => timer(1_000)),
          { concurrency: 6, batchSize: 3 },
        ),
      );
      at(900, () => expect(taken).toBe(6));
      at(1_100, () => expect(taken).toBe(9));
      at(1_200, () => running.stop());
      flush();
      expect(taken).toBe(9);
    });
  });

  it('gathers the events of a slow feed only for as long as it takes to look them up', () => {
    runVirtual(({ flush }) => {
      const services = virtualServices();
      const feed: AsyncItems<SaleEvent> = {
        [Symbol.asyncIterator]: () => {
          let id = 0;
          return {
            next: () =>
              timer(20).pipe(
                map(() => (++id > 3 ? { done: true, value: undefined } : { done: false, value: sale(id) })),
              ),
          };
        },
      };
      const recording = listen(pipeline(feed, services, { concurrency: 10, batchSize: 10 }));
      flush();
      expect(recording).toMatchObject({ values: [stored(1), stored(2), stored(3)], isComplete: true });
      expect(services.calls.writes).toEqual([[1], [2], [3]]);
    });
  });

  it('asks for a product once in a minute', () => {
    runVirtual(({ flush }) => {
      const services = virtualServices();
      const events = [sale(1), sale(2, { productId: 1 }), sale(3, { productId: 1 })];
      listen(pipeline(events, services, { concurrency: 1, batchSize: 1 }));
      flush();
      expect(services.calls).toMatchObject({ users: [[1], [2], [3]], products: [[1]] });
    });
  });

  it('rejects an event with an unknown user or product, and goes on', () => {
    runVirtual(({ flush }) => {
      const services = virtualServices();
      const events = [sale(1, { userId: 77 }), sale(2, { productId: 88 }), sale(3)];
      const recording = listen(pipeline(events, services, { concurrency: 3, batchSize: 3 }));
      flush();
      expect(recording).toMatchObject({
        values: [
          { id: 1, status: 'rejected', reason: 'unknown user 77' },
          { id: 2, status: 'rejected', reason: 'unknown product 88' },
          stored(3),
        ],
        isComplete: true,
      });
      expect(services.calls.writes).toEqual([[3]]);
    });
  });

  it(
    'tries a failed write again after a longer and longer delay, and takes no event meanwhile',
    marbles((m) => {
      let failures = 2;
      const services = virtualServices((rows) =>
        failures-- > 0 ? throwError(() => new RangeError('busy')) : of(rows),
      );
      const outcomes = pipeline([sale(1), sale(2)], services, { concurrency: 1, batchSize: 5, random: () => 1 });
      // Look-ups end at 3; the writes at 3 and 103 fail, and that at 303 succeeds.
      const expected = '303ms a 2ms (b|)';
      m.expect(outcomes).toBeObservable(expected, { a: stored(1), b: stored(2) });
      m.flush();
      expect(services.calls.writes).toEqual([[1], [1], [1], [2]]);
    }),
  );

  it('fails and closes its feed when a write fails for the fifth time', () => {
    runVirtual(({ flush }) => {
      let isClosed = false;
      const feed = function* () {
        try {
          for (;;) yield sale(1);
        } finally {
          isClosed = true;
        }
      };
      const services = virtualServices(() => throwError(() => new RangeError('down')));
      const recording = listen(pipeline(feed, services, { concurrency: 1, batchSize: 5, random: () => 1 }));
      flush();
      expect([recording.errors, isClosed]).toEqual([[new RangeError('down')], true]);
      expect(services.calls.writes).toHaveLength(5);
    });
  });

  it('needs few calls for many events', () => {
    runVirtual(({ flush }) => {
      const services = virtualServices();
      const events = Array.from({ length: 1_000 }, (_, index) => ({ ...sale((index % 9) + 1), id: index }));
      const recording = listen(pipeline(events, services, { concurrency: 100, batchSize: 50 }));
      flush();
      expect(recording.values).toHaveLength(1_000);
      expect(services.calls.users.length).toBeLessThanOrEqual(20);
      expect(services.calls.writes).toHaveLength(20);
    });
  });
});
