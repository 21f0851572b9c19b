/**
 * A stream subscriber subscribes to an Observable of any library. RxJS accepts it as a subscriber of its own, without
 * RxJS in the worker, so that it can unsubscribe from an Observable that never pauses while it emits.
 */
import { newList } from '../wire/intrinsics';

export interface StreamObserver {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

type Teardown = (() => void) | { unsubscribe(): void } | null | undefined | void; // eslint-disable-line @typescript-eslint/no-invalid-void-type -- the type of RxJS

const MIN_SWEEP_LENGTH = 64;

/** Closed subscriptions must be looked for: those of RxJS remove themselves only from parents of its own class. */
const isClosed = (teardown: object): boolean => 'closed' in teardown && teardown.closed === true;

export class StreamSubscriber implements StreamObserver {
  closed = false;
  readonly #observer: StreamObserver;
  #teardowns = newList<Teardown>();
  /** At this number of teardowns, the closed ones are removed. */
  #sweepLength = MIN_SWEEP_LENGTH;

  constructor(observer: StreamObserver) {
    this.#observer = observer;
  }

  next(value: unknown): void {
    if (!this.closed) this.#observer.next(value);
  }

  error(error: unknown): void {
    this.#close(() => {
      this.#observer.error(error);
    });
  }

  complete(): void {
    this.#close(() => {
      this.#observer.complete();
    });
  }

  unsubscribe(): void {
    this.#close(() => undefined);
  }

  add(teardown: Teardown): void {
    if (teardown === this) return;
    if (this.closed) runTeardown(teardown);
    else {
      if (this.#teardowns.length >= this.#sweepLength) this.#sweep();
      this.#teardowns[this.#teardowns.length] = teardown;
    }
  }

  remove(teardown: Teardown): void {
    const teardowns = this.#teardowns;
    for (let index = 0; index < teardowns.length; index++) {
      if (teardowns[index] === teardown) teardowns[index] = undefined;
    }
  }

  #sweep(): void {
    const open = newList<Teardown>();
    for (let index = 0; index < this.#teardowns.length; index++) {
      const teardown = this.#teardowns[index];
      if (teardown && !isClosed(teardown)) open[open.length] = teardown;
    }
    this.#teardowns = open;
    this.#sweepLength = open.length < MIN_SWEEP_LENGTH ? MIN_SWEEP_LENGTH : 2 * open.length;
  }

  #close(notify: () => void): void {
    if (this.closed) return;
    this.closed = true;
    const teardowns = this.#teardowns;
    this.#teardowns = newList();
    try {
      for (let index = 0; index < teardowns.length; index++) runTeardown(teardowns[index]);
    } finally {
      notify();
    }
  }
}

function runTeardown(teardown: Teardown): void {
  if (typeof teardown === 'function') teardown();
  else teardown?.unsubscribe();
}
