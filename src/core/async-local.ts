/**
 * The stores of the platform's `AsyncLocalStorage` are captured where work starts and entered where that work continues.
 * One value of the library's own, the carried value, travels the same way. On Node 20 and 22 the cost is close to zero
 * until a program starts work inside a store, or until a value is carried.
 *
 * Capturing uses public API only: an `AsyncResource` captures all stores, as `AsyncLocalStorage.snapshot` does at a
 * higher price. Node's internal layout of stores (`Layout`) is read for two reasons: to find out faster that no store
 * exists, and to remove the stores that were active while this module was loaded. Where the layout is unknown, those stay.
 */
import { ensureStackSpace } from './native-stack';
import { asyncHooks } from './node-async-hooks';

interface Resource {
  runInAsyncScope<R>(work: () => R): R;
  emitDestroy(): this;
}

/** The stores of all `AsyncLocalStorage` instances at one point of a program. */
export interface Stores {
  run<R>(work: () => R): R;
}

type ResourceClass = new (type: string) => Resource;

interface Storage {
  run<R>(value: unknown, work: () => R): R;
  getStore(): unknown;
  disable(): void;
}

interface Hooks {
  readonly AsyncLocalStorage: new () => Storage;
  readonly AsyncResource: ResourceClass;
  executionAsyncResource(): object;
}

const hooks: Hooks | undefined = asyncHooks;

/** Whether the platform can carry a value through an `await`. */
export const canCarry = hooks !== undefined;

/** The way in which a version of Node keeps stores on a resource. */
interface Layout {
  /** Whether the running code certainly has no store. False also means "unknown". */
  isBare(): boolean;
  /** Whether the resource has a store of a storage other than `except`. */
  hasStores(resource: Resource, except?: Storage): boolean;
  /**
   * `hasStores` for the storages that were found on any resource so far, which costs a fraction of the search for new ones.
   * Missing where that search is cheap.
   */
  hasKnownStores?(resource: Resource): boolean;
  /** Removes all stores from the resource. */
  removeStores(resource: Resource): void;
}

const symbolsOf = (resource: object): symbol[] => Object.getOwnPropertySymbols(resource);

/** Size at which the cache of symbols is emptied, since a program may create storages without end. */
const MAX_CACHED_SYMBOLS = 1_000;

/** The layout of Node 20 and 22: each storage has its own symbol, under which the resource (or an object on it) has the store. */
function layoutBySymbols(known: Hooks): Layout {
  // The description of a symbol is slow to read, so it is read once for each symbol.
  const isStoreSymbol = new Map<symbol, boolean>();
  let storeSymbols: symbol[] = [];
  const holdsStore = (symbol: symbol): boolean => {
    let holds = isStoreSymbol.get(symbol);
    if (holds === undefined) {
      if (isStoreSymbol.size === MAX_CACHED_SYMBOLS) {
        isStoreSymbol.clear();
        storeSymbols = [];
      }
      isStoreSymbol.set(symbol, (holds = symbol.description === 'kResourceStore'));
      if (holds) storeSymbols.push(symbol);
    }
    return holds;
  };
  const containerSymbol = findContainerSymbol(known);
  const storesOn = (resource: Resource): object =>
    containerSymbol ? (Object(Reflect.get(resource, containerSymbol)) as object) : resource;
  return {
    isBare: () => symbolsOf(known.executionAsyncResource()).length === 0,
    hasStores: (resource, except) => {
      const excluded: unknown = except && Reflect.get(except, 'kResourceStore');
      const stores = storesOn(resource);
      for (const symbol of symbolsOf(stores)) {
        if (holdsStore(symbol) && symbol !== excluded && Reflect.get(stores, symbol) !== undefined) return true;
      }
      return false;
    },
    hasKnownStores: (resource) => {
      const stores = storesOn(resource);
      for (const symbol of storeSymbols) if (Reflect.get(stores, symbol) !== undefined) return true;
      return false;
    },
    removeStores: (resource) => {
      const stores = storesOn(resource);
      for (const symbol of symbolsOf(stores)) if (holdsStore(symbol)) Reflect.set(stores, symbol, undefined);
    },
  };
}

/**
 * Finds the symbol of the object in which Node 24 with `--no-async-context-frame` keeps all stores of a resource. Node
 * puts that object only on resources created inside a store, so a storage is entered once. The storage is disabled
 * afterwards, because a storage in use makes every promise of the process slower.
 */
function findContainerSymbol(known: Hooks): symbol | undefined {
  if (!symbolsOf(createEndedResource(known)).some((it) => it.description === 'context_frame')) return undefined;
  const storage = new known.AsyncLocalStorage();
  const resource = storage.run(true, () => createEndedResource(known));
  storage.disable();
  return symbolsOf(resource).find((it) => it.description === 'kAsyncLocalStorageContext');
}

/** The layout of Node 24: one symbol of the resource leads to a Map of all stores. */
const layoutByFrame = (symbol: symbol): Layout => ({
  isBare: () => false,
  hasStores: (resource, except) => {
    const frame: unknown = Reflect.get(resource, symbol);
    if (!(frame instanceof Map)) return frame !== undefined;
    for (const [storage, store] of frame) if (storage !== except && store !== undefined) return true;
    return false;
  },
  removeStores: (resource) => {
    Reflect.set(resource, symbol, undefined);
  },
});

function findLayout(known: Hooks): Layout | undefined {
  if (typeof Reflect.get(new known.AsyncLocalStorage(), 'kResourceStore') === 'symbol') return layoutBySymbols(known);
  const symbol = symbolsOf(createEndedResource(known)).find((it) => it.description === 'context_frame');
  return symbol && layoutByFrame(symbol);
}

class CapturedStores implements Stores {
  constructor(private readonly resource: Resource) {}

  run<R>(work: () => R): R {
    return runInResource(this.resource, work);
  }
}

/**
 * Runs `work` in the async scope of the resource. `ensureStackSpace` throws first where the native stack is nearly full:
 * an overflow while Node leaves an async scope corrupts Node's own stack of scopes, and Node then ends the process.
 */
function runInResource<R>(resource: Resource, work: () => R): R {
  ensureStackSpace();
  return resource.runInAsyncScope(work);
}

/** Hooks, such as those of `jest --detectOpenHandles`, are told of its end when it is collected. */
const createResource = ({ AsyncResource }: Hooks): Resource => new AsyncResource('sluice');

/** Creates a resource that nothing waits for: to hooks, it has ended at once, and not only when it is collected. */
const createEndedResource = (known: Hooks): Resource => createResource(known).emitDestroy();

const layout = hooks && findLayout(hooks);

// Node's code for leaving an async scope is compiled here, since a nearly full native stack has no room for compiling it.
if (hooks) createEndedResource(hooks).runInAsyncScope(() => undefined);

/**
 * A resource without stores. An `import()` inside a request may load this module inside the stores of that request; those
 * are removed. The resource is replaced when a store appears on it, through `enterWith` or an active `run`.
 */
let bareResource = hooks && createBareResource(hooks);

/** Whether the resource was searched for stores of new storages since `searchForNewStorages`. */
let isBareResourceSearched = false;

/**
 * Lets the next entry of the bare resource search it for stores of storages that were never seen. The search costs as much as
 * a task, so it is made once for each drive, and not for each step of a task. Therefore the steps of one drive see a store
 * that one of them has entered by the first `enterWith` of a storage, as the rest of its synchronous execution does.
 */
export function searchForNewStorages(): void {
  isBareResourceSearched = false;
}

function createBareResource(known: Hooks): Resource {
  const resource = createEndedResource(known);
  layout?.removeStores(resource);
  return resource;
}

/** Whether stores were captured or a value was carried. Until then, no store needs to be entered. */
export let areStoresInUse = false;

let carrier: Storage | undefined;

/** Captures the current stores without the carried value; undefined where the layout shows that no store exists. */
export function captureStores(): Stores | undefined {
  if (!hooks || layout?.isBare()) return undefined;
  // The carried value refers to the stores of earlier work. Captured as well, each capture would retain all captures before it.
  const isCarrying = carrier?.getStore() !== undefined;
  const resource = isCarrying && carrier ? carrier.run(undefined, () => createResource(hooks)) : createResource(hooks);
  if (layout && !layout.hasStores(resource, carrier)) {
    resource.emitDestroy();
    return undefined;
  }
  areStoresInUse = true;
  return new CapturedStores(resource);
}

/** Sets `areStoresInUse` where a store exists now, so that work started outside of all stores also continues outside of them. */
export function detectStores(): void {
  if (!areStoresInUse) captureStores();
}

/**
 * Runs `work` in the given stores (undefined: outside of all stores) with `value` carried. `carriedValue()` returns
 * `value` in `work` and in the promises, timers and callbacks that continue from `work`. Without `AsyncLocalStorage`,
 * `work` simply runs.
 */
export function runInStores<R>(stores: Stores | undefined, value: object | undefined, work: () => R): R {
  if (!areStoresInUse && value === undefined) return work();
  if (value === undefined && !carrier) return enter(stores, work);
  return enter(stores, () => runCarrying(value, work));
}

const enter = <R>(stores: Stores | undefined, work: () => R): R => (stores ? stores.run(work) : runOutside(work));

function runOutside<R>(work: () => R): R {
  if (!hooks || !bareResource) return work();
  const hasStores =
    isBareResourceSearched && layout?.hasKnownStores
      ? layout.hasKnownStores(bareResource)
      : layout?.hasStores(bareResource);
  isBareResourceSearched = true;
  if (hasStores) bareResource = createBareResource(hooks);
  return runInResource(bareResource, work);
}

/** Runs `work` with `value` carried, in the current stores. */
export function runCarrying<R>(value: object | undefined, work: () => R): R {
  if (!hooks || (value === undefined && !carrier)) return work();
  areStoresInUse = true;
  carrier ??= new hooks.AsyncLocalStorage();
  if (carrier.getStore() === value) return work();
  ensureStackSpace();
  return carrier.run(value, work);
}

/** The carried value of the running code. */
export const carriedValue = (): unknown => carrier?.getStore();
