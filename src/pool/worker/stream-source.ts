/**
 * A stream source is the common form of all results that are streamed: the worker pulls items from it, or it pushes them.
 * An Observable is recognised by its `subscribe` method, so RxJS is not needed here.
 */
import { asyncIteratorKey, NativeSymbol, objectTag, observableKey, apply } from '../wire/intrinsics';
import { StreamSubscriber, type StreamObserver } from './stream-subscriber';

export interface StreamSource {
  readonly pull?: () => IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  readonly push?: (observer: StreamObserver) => void;
  /** Ends the source early; returns a promise where its clean-up is asynchronous. */
  stop(): unknown;
}

interface Subscribable {
  subscribe(observer: StreamObserver): { unsubscribe(): void } | undefined;
}

/** Returns the source of a stream; undefined for a plain value, which includes arrays, Maps and strings. */
export function toStreamSource(value: unknown): StreamSource | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const candidate = value as Candidate;
  if (typeof candidate.subscribe === 'function') return fromObservable(candidate as Subscribable);
  const interop = candidate[observableSymbol()] ?? candidate['@@observable'];
  if (typeof interop === 'function') return fromObservable(apply(interop, value, []) as Subscribable);
  // The reader of a ReadableStream can be cancelled while it waits for an item; its iterator cannot.
  if (typeof candidate.getReader === 'function') return fromReader(value as ReadableStream);
  // A stream of Node that waits for input never ends: it is sent like any other object, and so refused.
  if (isUnfedDuplex(value)) return undefined;
  const iterable = candidate[asyncIteratorKey];
  if (typeof iterable === 'function') return fromIterator(apply(iterable, value, []) as AsyncIterator<unknown>);
  if (objectTag(value) === '[object Generator]') return fromIterator(value as Generator);
  return undefined;
}

interface Candidate {
  readonly subscribe?: unknown;
  readonly getReader?: unknown;
  readonly [key: symbol]: unknown;
  readonly '@@observable'?: unknown;
}

interface DuplexState {
  readonly readable?: unknown;
  readonly writable?: unknown;
  readonly listenerCount?: unknown;
}

/** Whether the value is a stream of Node with an open writable side that no other stream is piped into. */
const isUnfedDuplex = (value: DuplexState): boolean =>
  value.writable === true &&
  typeof value.readable === 'boolean' &&
  typeof value.listenerCount === 'function' &&
  apply(value.listenerCount, value, ['unpipe']) === 0;

/** Read at each call, because a library may have defined `Symbol.observable` since. */
const observableSymbol = (): symbol => (NativeSymbol as { readonly observable?: symbol }).observable ?? observableKey;

function fromObservable(observable: Subscribable): StreamSource {
  let subscriber: StreamSubscriber | undefined;
  return {
    push: (observer) => {
      subscriber = new StreamSubscriber(observer);
      const subscription = observable.subscribe(subscriber);
      if (subscription !== subscriber) subscriber.add(subscription);
    },
    stop: () => {
      subscriber?.unsubscribe();
    },
  };
}

function fromIterator(iterator: Iterator<unknown> | AsyncIterator<unknown>): StreamSource {
  return {
    pull: () => iterator.next(),
    stop: () => iterator.return?.(),
  };
}

function fromReader(stream: ReadableStream): StreamSource {
  const reader = stream.getReader();
  return {
    pull: () => reader.read() as Promise<IteratorResult<unknown>>,
    stop: () => reader.cancel(),
  };
}
