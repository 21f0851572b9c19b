/**
 * Equal keys of one batch are one key, whatever their order, their type and what happens to them before the flush: a batch
 * looks keys up in different ways, and every way must give the same flush as a plain list of distinct keys.
 */
import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import { batch, batchScheduler, type BatchConfig } from 'sluice';

type Key = number | string;

type Step =
  | { readonly does: 'request'; readonly key: Key }
  | { readonly does: 'unsubscribe'; readonly which: number }
  | { readonly does: 'clear'; readonly key: Key }
  | { readonly does: 'clear all' };

const keys = fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constantFrom<Key>(NaN, -0, 0, -Infinity, Infinity, '0', '1'));
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: keys.map((key): Step => ({ does: 'request', key })) },
    { weight: 2, arbitrary: fc.nat(9).map((which): Step => ({ does: 'unsubscribe', which })) },
    { weight: 1, arbitrary: keys.map((key): Step => ({ does: 'clear', key })) },
    { weight: 1, arbitrary: fc.constant<Step>({ does: 'clear all' }) },
  ),
  { maxLength: 40 },
);

interface Request {
  readonly key: Key;
  readonly subscription: Subscription;
}

/** The distinct keys with a waiter, in the order in which they got their first one; a key that was left comes anew. */
class Model {
  readonly #waiters = new Map<Key, number>();

  request(key: Key): void {
    this.#waiters.set(key, (this.#waiters.get(key) ?? 0) + 1);
  }

  unsubscribe(key: Key): void {
    const left = (this.#waiters.get(key) ?? 0) - 1;
    if (left > 0) this.#waiters.set(key, left);
    else this.#waiters.delete(key);
  }

  get flush(): Key[] {
    return [...this.#waiters.keys()];
  }
}

function flushesOf(
  program: readonly Step[],
  config: BatchConfig<Key>,
): { readonly seen: Key[][]; readonly model: Key[] } {
  const seen: Key[][] = [];
  const load = batch((requested: readonly Key[]) => {
    seen.push([...requested]);
    return requested.map(String);
  }, config);
  const model = new Model();
  const open: Request[] = [];
  for (const step of program) {
    if (step.does === 'request') {
      model.request(step.key);
      open.push({ key: step.key, subscription: load(step.key).subscribe() });
    } else if (step.does === 'unsubscribe') {
      const [request] = open.splice(step.which, 1);
      request?.subscription.unsubscribe();
      if (request) model.unsubscribe(request.key);
    } else if (config.cache) {
      if (step.does === 'clear') load.clear(step.key);
      else load.clearAll();
    }
  }
  batchScheduler.flush();
  return { seen, model: model.flush };
}

/** `-0` and `0` are one key of a Map. The batch passes the one that came first. */
const asMapKeys = (all: readonly Key[]): Key[] => all.map((key) => (Object.is(key, -0) ? 0 : key));

describe('equal keys of one batch', () => {
  it.each<[string, BatchConfig<Key>]>([
    ['without options', {}],
    ['with a cache', { cache: true }],
    ['with a store', { cache: { max: 100 } }],
    ['with a window', { window: 5 }],
    ['with a window and a cache', { window: 5, cache: true }],
    ['with the option `key`', { key: (key) => key }],
    ['with a bound of flights', { concurrency: 1 }],
    ['with partitions of one tenant', { partition: () => 'tenant', cache: true }],
  ])('%s are one key of one flush, in the order of their first requests', (_, config) => {
    fc.assert(
      fc.property(steps, (program) => {
        const { seen, model } = flushesOf(program, config);
        expect(seen.map(asMapKeys)).toEqual(model.length > 0 ? [asMapKeys(model)] : []);
      }),
      { numRuns: 300 },
    );
  });
});
