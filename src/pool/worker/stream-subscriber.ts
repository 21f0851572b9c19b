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

export class StreamSubscriber implements Observer {
  closed = false;
  readonly #observer: Observer;
  #teardowns: Teardown[] = [];

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
    else this.#teardowns[this.#teardowns.length] = teardown;
  }

  remove(teardown: Teardown): void {
    const teardowns = this.#teardowns;
    for (let index = 0; index < teardowns.length; index++) {
      if (teardowns[index] === teardown) teardowns[index] = undefined;
    }
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
