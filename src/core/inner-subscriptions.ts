/**
 * The inner subscriptions of an operator. The end of one is notified after its teardowns have run, so that its resources
 * are free when another one takes its place: RxJS itself notifies `complete` and `error` before the teardowns. Adding and
 * ending take constant time, also with a million open ones.
 */
import { from, Subscriber, type ObservableInput, type Observer } from 'rxjs';

export class InnerSubscriptions<T> {
  readonly #open = new Set<InnerSubscriber<T>>();

  /** @param onTeardownError receives the error of a teardown, which fails neither the operator nor other subscriptions */
  constructor(private readonly onTeardownError: (error: unknown) => void) {}

  /**
   * Subscribes to an input.
   *
   * @throws TypeError if RxJS cannot subscribe to the input
   */
  subscribe(input: ObservableInput<T>, observer: Observer<T>): void {
    const source = from(input);
    const inner = new InnerSubscriber(
      observer,
      (ended) => {
        this.#open.delete(ended);
      },
      this.onTeardownError,
    );
    this.#open.add(inner);
    source.subscribe(inner);
  }

  /** Unsubscribes from all, also from one that is being subscribed to. */
  unsubscribe(): void {
    for (const inner of this.#open) inner.unsubscribe();
  }
}

class InnerSubscriber<T> extends Subscriber<T> {
  /** Notifies the end of an input that has ended by itself. */
  #notifyEnd: (() => void) | undefined;

  constructor(
    private readonly observer: Observer<T>,
    private readonly onClosed: (inner: InnerSubscriber<T>) => void,
    private readonly onTeardownError: (error: unknown) => void,
  ) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only class whose end a subclass can act upon
    super();
  }

  protected override _next(value: T): void {
    this.observer.next(value);
  }

  protected override _error(error: unknown): void {
    this.#notifyEnd = () => {
      this.observer.error(error);
    };
    this.unsubscribe();
  }

  protected override _complete(): void {
    this.#notifyEnd = () => {
      this.observer.complete();
    };
    this.unsubscribe();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    try {
      super.unsubscribe();
    } catch (error) {
      this.onTeardownError(error);
    }
    this.onClosed(this);
    this.#notifyEnd?.();
  }
}
