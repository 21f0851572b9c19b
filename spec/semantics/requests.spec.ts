/** Concurrent requests, each on its own scheduler, are isolated: none sees the state of another. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import {
  asyncScheduler,
  concatMap,
  defer,
  delay,
  from,
  lastValueFrom,
  map,
  mergeMap,
  observeOn,
  of,
  retry,
  subscribeOn,
  switchMap,
  tap,
  timer,
  toArray,
  type Observable,
} from 'rxjs';
import {
  all,
  TaskContext,
  batch,
  BatchScheduler,
  loop,
  run,
  ScopedValue,
  task,
  within,
  type BatchFunction,
} from 'sluice';
import {
  answerForms,
  requestPrograms,
  type AnswerForm,
  type RequestProgram,
  type RequestStep,
} from '../support/request-program';

interface Row {
  readonly key: string;
  /** A number that is different for each load. */
  readonly load: number;
  /** The value that the resolver of the row has loaded through another cache. */
  readonly tag: number;
}

/** The context of the tasks of a request. */
class Own extends TaskContext {
  static current: number | undefined;
  #around: number | undefined;

  constructor(readonly request: number) {
    super();
  }

  override resume(): void {
    this.#around = Own.current;
    Own.current = this.request;
  }

  override pause(): void {
    Own.current = this.#around;
  }
}

interface Service {
  /** Descriptions of state of one request that another request saw. */
  readonly faults: string[];
  /** The rows that each request received. */
  readonly rows: Row[][];
  /** Runs a request to its end. */
  readonly serve: (request: number, program: RequestProgram) => Promise<void>;
}

/** The state that all requests share: batch functions, a ScopedValue, an AsyncLocalStorage. */
function serviceOf(answer: AnswerForm): Service {
  const faults: string[] = [];
  const rows: Row[][] = [];
  const value = new ScopedValue<number | undefined>(undefined);
  const store = new AsyncLocalStorage<number>();
  const rowOf = rowsBy(answer);

  /** State may be missing, but present state must belong to the request. */
  const check = (request: number, where: string): void => {
    const seen = {
      value: value.get(),
      store: store.getStore(),
      context: Own.current,
    };
    for (const [what, found] of Object.entries(seen)) {
      if (found !== undefined && found !== request) faults.push(`${where} of ${request} sees the ${what} of ${found}`);
    }
  };

  const perform = task(function* (request: number, steps: readonly RequestStep[]): Generator<unknown, void, unknown> {
    for (const step of steps) {
      check(request, 'a task');
      yield performed(request, step);
    }
    check(request, 'a task');
  });

  /** Runs a step; its value arrives when all keys of the step have been loaded. */
  const performed = (
    request: number,
    { form, keys, ms, inner }: RequestStep,
  ): Observable<unknown> | Promise<unknown> => {
    const record = (row: Row): void => {
      rows[request]?.push(row);
      check(request, form);
    };
    const ask = (key: string): Observable<Row> =>
      defer(() => {
        check(request, form);
        return rowOf(key);
      }).pipe(tap(record));
    const askLater = async (key: string): Promise<void> => {
      check(request, form);
      record(await rowOf(key));
    };
    const rest = inner.map((step) => [step]);
    const others = all(rest.map((steps) => perform(request, steps)));
    switch (form) {
      case 'generator':
        return task(function* () {
          for (const key of keys) record(yield* rowOf(key));
          yield others;
        })();
      case 'async function':
        return (async () => {
          for (const key of keys) await askLater(key);
          await Promise.all(inner.map((step) => lastOf(performed(request, step))));
        })();
      case 'promise callback':
        return Promise.resolve()
          .then(() => Promise.all(keys.map(askLater)))
          .then(() => others);
      case 'timer callback':
        return new Promise((resolve) => void setTimeout(resolve, ms))
          .then(() => Promise.all(keys.map(askLater)))
          .then(() => others);
      case 'mergeMap':
        return from(keys).pipe(
          mergeMap(ask),
          toArray(),
          mergeMap(() => others),
        );
      case 'concatMap':
        return from(keys).pipe(
          concatMap(ask),
          toArray(),
          mergeMap(() => others),
        );
      case 'switchMap':
        return from(keys).pipe(
          switchMap(ask),
          toArray(),
          mergeMap(() => others),
        );
      case 'timer':
        return timer(ms).pipe(
          mergeMap(() => from(keys)),
          mergeMap(ask),
          toArray(),
          mergeMap(() => others),
        );
      case 'from(promise)':
        return from(Promise.resolve(keys)).pipe(
          mergeMap((list) => from(list)),
          mergeMap(ask),
          toArray(),
        );
      case 'retry': {
        let attempts = 0;
        return defer(() => from(keys).pipe(mergeMap(ask), toArray())).pipe(
          tap(() => {
            if (++attempts === 1) throw new Error('once');
          }),
          retry({ count: 1, delay: ms }),
          mergeMap(() => others),
        );
      }
      case 'delay':
        return from(keys).pipe(
          mergeMap(ask),
          delay(ms),
          toArray(),
          mergeMap(() => from(keys)),
          mergeMap(ask),
          toArray(),
        );
      case 'observeOn':
        return of(...keys).pipe(
          observeOn(asyncScheduler, ms),
          mergeMap(ask),
          toArray(),
          mergeMap(() => others),
        );
    }
  };

  const serve = async (request: number, { on, startsAt, steps }: RequestProgram): Promise<void> => {
    rows[request] = [];
    if (startsAt > 0) await lastValueFrom(timer(startsAt));
    await store.run(request, async (): Promise<unknown> => {
      const work = within(value.override(request), within(new Own(request), perform(request, steps)));
      switch (on) {
        case 'scheduler.run':
          return new BatchScheduler().run(async () => work);
        case 'subscribeOn':
          return lastValueFrom(work.pipe(subscribeOn(new BatchScheduler())));
        case 'run':
          return run([work]);
        case 'loop': {
          const requests = loop();
          await requests.run([work]);
          return requests.close();
        }
      }
    });
  };
  return { faults, rows, serve };
}

/** A cached batch function whose resolver, of this form, loads from another batch function. */
function rowsBy(form: AnswerForm): BatchFunction<string, Row> {
  let loads = 0;
  const tagOf = batch((keys: readonly string[]) => keys.map(() => ++loads), {
    name: 'tagOf',
    cache: true,
  });
  const rowFrom = (key: string, tag: number): Row => ({
    key,
    tag,
    load: ++loads,
  });
  const config = { name: 'rowOf', cache: true };
  switch (form) {
    case 'at once':
      return batch<string, Row>(
        (keys) => all(keys.map((key) => tagOf(key).pipe(map((tag) => rowFrom(key, tag))))),
        config,
      );
    case 'async function':
      return batch<string, Row>(async (keys) => {
        await Promise.resolve();
        return Promise.all(keys.map(async (key) => rowFrom(key, await tagOf(key))));
      }, config);
    case 'task':
      return batch<string, Row>(
        task(function* (keys: readonly string[]) {
          const found: Row[] = [];
          for (const key of keys) found.push(rowFrom(key, yield* tagOf(key)));
          return found;
        }),
        config,
      );
  }
}

const lastOf = (work: Observable<unknown> | Promise<unknown>): Promise<unknown> => lastValueFrom(from(work));

it('no request sees a value, row, store or context of another request, in random programs', async () => {
  await fc.assert(
    fc.asyncProperty(answerForms, requestPrograms, async (answer, programs) => {
      const { faults, rows, serve } = serviceOf(answer);
      await Promise.all(programs.map((program, request) => serve(request, program)));
      expect(faults).toEqual([]);
      const seen = new Map<number, number>();
      rows.forEach((received, request) => {
        const loads = new Map<string, Row>();
        for (const row of received) {
          // Each request loads a key once: its cache is used.
          expect(loads.get(row.key) ?? row).toBe(row);
          loads.set(row.key, row);
          for (const load of [row.load, row.tag]) {
            expect(seen.get(load) ?? request).toBe(request);
            seen.set(load, request);
          }
        }
      });
      expect([Own.current, rows.length]).toEqual([undefined, programs.length]);
    }),
    { numRuns: 100 },
  );
});
