/**
 * What can be streamed, as one of two things: a source to pull from, or one that pushes. An Observable is known by its
 * `subscribe`; RxJS is not needed for it here.
 */
import { asyncIteratorKey, NativeSymbol, objectTag, observableKey, apply } from '../wire/intrinsics';
import { StreamSubscriber, type Observer } from './stream-subscriber';

export interface Source {
  readonly pull?: () => IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  readonly push?: (observer: Observer) => void;
  /** Lets go of it; a promise where its clean-up takes time. */
  stop(): unknown;
}

interface Subscribable {
  subscribe(observer: Observer): { unsubscribe(): void } | undefined;
}

/** Undefined for what is a value: arrays, Maps and strings are. */
export function sourceOf(value: unknown): Source | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const candidate = value as Candidate;
  if (typeof candidate.subscribe === 'function') return fromObservable(candidate as Subscribable);
  const interop = candidate[observableSymbol()] ?? candidate['@@observable'];
  if (typeof interop === 'function') return fromObservable(apply(interop, value, []) as Subscribable);
  // Its reader can be cancelled while it waits; its iterator can't.
  if (typeof candidate.getReader === 'function') return fromReader(value as ReadableStream);
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

/** Some library may have made it since. */
const observableSymbol = (): symbol => (NativeSymbol as { readonly observable?: symbol }).observable ?? observableKey;

function fromObservable(observable: Subscribable): Source {
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

function fromIterator(iterator: Iterator<unknown> | AsyncIterator<unknown>): Source {
  return {
    pull: () => iterator.next(),
    stop: () => iterator.return?.(),
  };
}

function fromReader(stream: ReadableStream): Source {
  const reader = stream.getReader();
  return {
    pull: () => reader.read() as Promise<IteratorResult<unknown>>,
    stop: () => reader.cancel(),
  };
}
