/**
 * The stores of the platform's `AsyncLocalStorage`, where it has one: captured where work is started, and entered where
 * it goes on; and one value of the library's own that is carried in the same way. On Node 20 and 22 all of this costs next
 * to nothing until a program starts work inside a store, or something is carried.
 *
 * What this stands on is public: an `AsyncResource` captures all stores, as `AsyncLocalStorage.snapshot` does at a higher
 * price. How Node keeps stores (`Layout`) is looked at to see sooner that there are none, and to empty a place of those
 * that were there as this module was loaded; where the layout is not known, these stay.
 */
import { needRoom } from './native-stack';
import { asyncHooks } from './node-async-hooks';

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
  disable(): void;
}

interface Hooks {
  readonly AsyncLocalStorage: new () => Storage;
  readonly AsyncResource: PlaceClass;
  executionAsyncResource(): object;
}

const hooks: Hooks | undefined = asyncHooks;

/** Whether the platform can carry anything through an `await`. */
export const canCarry = hooks !== undefined;

/** How this version of Node keeps stores; undefined where that is not known. */
interface Layout {
  /** Whether there is certainly no store where the code runs now. */
  isBare(): boolean;
  /** Whether there is a store on the place, other than that of `except`. */
  hasStores(place: Place, except: Storage | undefined): boolean;
  /** Takes all stores from the place. */
  empty(place: Place): void;
}

const symbolsOf = (place: object): symbol[] => Object.getOwnPropertySymbols(place);

/** The cache of symbols is emptied at this size: a program may make storages without end. */
const MOST_KNOWN = 1_000;

/** Each storage has a symbol of its own, under which its store is on the place, or in an object on the place. */
function bySymbols(known: Hooks): Layout {
  // By its description, which is slow to read: once for each symbol.
  const isOfStore = new Map<symbol, boolean>();
  const holdsStore = (symbol: symbol): boolean => {
    let holds = isOfStore.get(symbol);
    if (holds === undefined) {
      if (isOfStore.size === MOST_KNOWN) isOfStore.clear();
      isOfStore.set(symbol, (holds = symbol.description === 'kResourceStore'));
    }
    return holds;
  };
  const inside = symbolOfObject(known);
  const storesOn = (place: Place): object => (inside ? (Object(Reflect.get(place, inside)) as object) : place);
  return {
    isBare: () => symbolsOf(known.executionAsyncResource()).length === 0,
    hasStores: (place, except) => {
      const carried: unknown = except && Reflect.get(except, 'kResourceStore');
      const stores = storesOn(place);
      for (const symbol of symbolsOf(stores)) {
        if (holdsStore(symbol) && symbol !== carried && Reflect.get(stores, symbol) !== undefined) return true;
      }
      return false;
    },
    empty: (place) => {
      const stores = storesOn(place);
      for (const symbol of symbolsOf(stores)) if (holdsStore(symbol)) Reflect.set(stores, symbol, undefined);
    },
  };
}

/**
 * The symbol of the object in which Node 24 with `--no-async-context-frame` keeps all stores of a place. Node puts it only
 * on places that are made inside a store, so a storage is entered to see it, and disabled again: a storage in use makes
 * every promise of the process slower.
 */
function symbolOfObject(known: Hooks): symbol | undefined {
  if (!symbolsOf(placeHere(known)).some((it) => it.description === 'context_frame')) return undefined;
  const storage = new known.AsyncLocalStorage();
  const place = storage.run(true, () => placeHere(known));
  storage.disable();
  return symbolsOf(place).find((it) => it.description === 'kAsyncLocalStorageContext');
}

/** All stores are in one Map, which is on the place under one symbol. */
const byFrame = (symbol: symbol): Layout => ({
  isBare: () => false,
  hasStores: (place, except) => {
    const frame: unknown = Reflect.get(place, symbol);
    if (!(frame instanceof Map)) return frame !== undefined;
    for (const [storage, store] of frame) if (storage !== except && store !== undefined) return true;
    return false;
  },
  empty: (place) => {
    Reflect.set(place, symbol, undefined);
  },
});

function layoutOf(known: Hooks): Layout | undefined {
  if (typeof Reflect.get(new known.AsyncLocalStorage(), 'kResourceStore') === 'symbol') return bySymbols(known);
  const symbol = symbolsOf(placeHere(known)).find((it) => it.description === 'context_frame');
  return symbol && byFrame(symbol);
}

class CapturedStores implements Stores {
  constructor(private readonly place: Place) {}

  run<R>(work: () => R): R {
    return runAt(this.place, work);
  }
}

/** `needRoom` throws first: an overflow as Node leaves the place corrupts the stack of Node, which then ends the process. */
function runAt<R>(place: Place, work: () => R): R {
  needRoom();
  return place.runInAsyncScope(work);
}

const placeHere = ({ AsyncResource }: Hooks): Place => new AsyncResource('sluice', { requireManualDestroy: true });

const layout = hooks && layoutOf(hooks);

// What Node does as it leaves a place is compiled now: where the native stack is about to overflow, there is no room for it.
if (hooks) placeHere(hooks).runInAsyncScope(() => undefined);

/**
 * Outside of all stores. This module may have been loaded inside of some, by an `import()` for a request; those belong to
 * that request alone. Another place is made when a store is on this one, by `enterWith` or a `run` that is under way.
 */
let outside = hooks && emptyPlace(hooks);

function emptyPlace(known: Hooks): Place {
  const place = placeHere(known);
  layout?.empty(place);
  return place;
}

/** Stores have been captured, or something was carried: until then, no store needs to be entered. */
export let areStoresInUse = false;

let carrier: Storage | undefined;

/** The stores here without what is carried; undefined where there are none, as far as the layout tells. */
export function captureStores(): Stores | undefined {
  if (!hooks || layout?.isBare()) return undefined;
  // What is carried leads to the stores of earlier work: kept in these, each would keep all before it.
  const isCarrying = carrier?.getStore() !== undefined;
  const place = isCarrying && carrier ? carrier.run(undefined, () => placeHere(hooks)) : placeHere(hooks);
  if (layout && !layout.hasStores(place, carrier)) return undefined;
  areStoresInUse = true;
  return new CapturedStores(place);
}

/** Called where work may go on that was started outside of all stores: from now on that is kept so. */
export function noticeStores(): void {
  if (!areStoresInUse) captureStores();
}

/**
 * Does `work` in these stores, or in none, with `value` carried: it is what `carried()` gives in `work` and in all that
 * goes on from there, through promises, timers and callbacks. On a platform without AsyncLocalStorage it only does `work`.
 */
export function runInStores<R>(stores: Stores | undefined, value: object | undefined, work: () => R): R {
  if (!areStoresInUse && value === undefined) return work();
  if (value === undefined && !carrier) return enter(stores, work);
  return enter(stores, () => carrying(value, work));
}

const enter = <R>(stores: Stores | undefined, work: () => R): R => (stores ? stores.run(work) : runOutside(work));

function runOutside<R>(work: () => R): R {
  if (!hooks || !outside) return work();
  if (layout?.hasStores(outside, undefined)) outside = emptyPlace(hooks);
  return runAt(outside, work);
}

/** Does `work` with `value` carried, in the stores that are entered already. */
export function carrying<R>(value: object | undefined, work: () => R): R {
  if (!hooks || (value === undefined && !carrier)) return work();
  areStoresInUse = true;
  carrier ??= new hooks.AsyncLocalStorage();
  if (carrier.getStore() === value) return work();
  needRoom();
  return carrier.run(value, work);
}

/** What is carried here. */
export const carried = (): unknown => carrier?.getStore();
