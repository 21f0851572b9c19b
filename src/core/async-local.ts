/**
 * The stores of the platform's `AsyncLocalStorage`, where it has one: captured where work is started, and entered where
 * it goes on. Costs nothing until somebody has started work inside a store.
 */
interface Place {
  runInAsyncScope<R>(work: () => R): R;
}

/** What code sees of all `AsyncLocalStorage`s, at one place in a program. */
export interface Stores {
  run<R>(work: () => R): R;
}

type PlaceClass = new (type: string, config: { readonly requireManualDestroy: true }) => Place;

interface Storage {
  run<R>(value: unknown, work: () => R): R;
  getStore(): unknown;
}

interface Hooks {
  readonly AsyncLocalStorage: new () => Storage;
  readonly AsyncResource: PlaceClass;
  executionAsyncResource(): object;
}

// Reached at run time, so that no bundle for a browser has to leave it out. Older Node 20 has no such way.
const { process } = globalThis as {
  process?: {
    /** What bundlers put in its place has none. */
    readonly versions?: { readonly node?: string };
    getBuiltinModule?: (name: string) => Hooks | undefined;
  };
};
const hooks = process?.getBuiltinModule?.('async_hooks');
/** Until Node 24, a place without any symbols has no stores; which is much cheaper to see than to capture it. */
const areStoresSymbols = Number.parseInt(process?.versions?.node ?? '', 10) < 24;

class CapturedStores implements Stores {
  constructor(private readonly place: Place) {}

  run<R>(work: () => R): R {
    return this.place.runInAsyncScope(work);
  }
}

const here = (Class: PlaceClass): Place => new Class('sluice', { requireManualDestroy: true });

const symbolsOf = (place: Place): symbol[] => Object.getOwnPropertySymbols(place);

const first = hooks && here(hooks.AsyncResource);

/** The platform's own bookkeeping on each place: numbers that differ from place to place, and are no stores. */
const bookkeeping = new Set<symbol>(
  first &&
    symbolsOf(first).filter(
      (symbol) => typeof Reflect.get(first, symbol) === 'number' && symbol.description !== 'kResourceStore',
    ),
);

/**
 * Outside all stores. This module may have been loaded inside of some, by an `import()` for a request; those are nobody
 * else's. Another takes its place when somebody has entered a store there, which would be everybody's.
 */
let outside = first && empty(first);

function empty(place: Place): Place {
  for (const symbol of symbolsOf(place)) if (!bookkeeping.has(symbol)) Reflect.set(place, symbol, undefined);
  return place;
}

const hasStores = (place: Place): boolean =>
  areStoresSymbols &&
  symbolsOf(place).some((symbol) => !bookkeeping.has(symbol) && Reflect.get(place, symbol) !== undefined);

let isInUse = false;

/** What is stored here, or undefined where nothing is. */
export function captureStores(): Stores | undefined {
  if (!hooks) return undefined;
  if (areStoresSymbols && Object.getOwnPropertySymbols(hooks.executionAsyncResource()).length === 0) return undefined;
  const place = here(hooks.AsyncResource);
  for (const symbol of symbolsOf(place)) {
    if (bookkeeping.has(symbol) || Reflect.get(place, symbol) === undefined) continue;
    isInUse = true;
    return new CapturedStores(place);
  }
  return undefined;
}

/** Does `work` in these stores; in none, if there are none. */
export function runInStores<R>(stores: Stores | undefined, work: () => R): R {
  if (!isInUse) return work();
  return stores ? stores.run(work) : runOutside(work);
}

function runOutside<R>(work: () => R): R {
  if (!hooks || !outside) return work();
  if (hasStores(outside)) outside = empty(here(hooks.AsyncResource));
  return outside.runInAsyncScope(work);
}

let carrier: Storage | undefined;

/** Does `work` with `value` at hand for all of it, also after its `await`s; just does it, where the platform cannot. */
export function carrying<R>(value: object, work: () => R): R {
  if (!hooks) return work();
  carrier ??= new hooks.AsyncLocalStorage();
  isInUse = true;
  return carrier.run(value, work);
}

/** Does `work` with nothing at hand. */
export const withoutCarried = <R>(work: () => R): R =>
  carrier?.getStore() === undefined ? work() : carrier.run(undefined, work);

/** What is carried here. */
export const carried = (): unknown => carrier?.getStore();
