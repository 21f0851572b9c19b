/**
 * A subscriber that RxJS takes for one of its own, without RxJS in the worker: so an Observable that never pauses can
 * be left while it emits.
 */
export interface Observer {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

type Teardown = (() => void) | { unsubscribe(): void } | null | undefined | void; // eslint-disable-line @typescript-eslint/no-invalid-void-type -- as RxJS's

const FEW = 64;

/** RxJS's subscriptions remove themselves only from parents of its own kind. */
const isDone = (teardown: object): boolean => 'closed' in teardown && teardown.closed === true;

export class StreamSubscriber implements Observer {
  closed = false;
  readonly #observer: Observer;
  #teardowns: Teardown[] = [];
  /** At so many, those that are done are let go of. */
  #sweepAt = FEW;

  constructor(observer: Observer) {
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
    if (this.closed) finish(teardown);
    else {
      if (this.#teardowns.length >= this.#sweepAt) this.#sweep();
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
    const open: Teardown[] = [];
    for (let index = 0; index < this.#teardowns.length; index++) {
      const teardown = this.#teardowns[index];
      if (teardown && !isDone(teardown)) open[open.length] = teardown;
    }
    this.#teardowns = open;
    this.#sweepAt = open.length < FEW ? FEW : 2 * open.length;
  }

  #close(tell: () => void): void {
    if (this.closed) return;
    this.closed = true;
    const teardowns = this.#teardowns;
    this.#teardowns = [];
    try {
      for (let index = 0; index < teardowns.length; index++) finish(teardowns[index]);
    } finally {
      tell();
    }
  }
}

function finish(teardown: Teardown): void {
  if (typeof teardown === 'function') teardown();
  else teardown?.unsubscribe();
}
