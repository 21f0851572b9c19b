/**
 * The inner subscriptions of an operator. The end of one is notified after its teardowns have run, so that its resources
 * are free when another one takes its place: RxJS itself notifies `complete` and `error` before the teardowns. Adding and
 * ending take constant time, also with a million open ones.
 */
import { from, Subscriber, type ObservableInput, type Observer } from 'rxjs';

export class InnerSubscriptions<T> {
  readonly #open = new Set<InnerSubscriber<T>>();
  #isClosed = false;

  /** @param onTeardownError receives the error of a teardown, which fails neither the operator nor other subscriptions */
  constructor(private readonly onTeardownError: (error: unknown) => void) {}

  /**
   * Subscribes to an input, unless all were unsubscribed from: the function that has made the input may have done that.
   *
   * @throws TypeError if RxJS cannot subscribe to the input
   */
  subscribe(input: ObservableInput<T>, observer: Observer<T>): void {
    if (this.#isClosed) return;
    const source = from(input);
    const inner = new InnerSubscriber(observer, this.#open, this.onTeardownError);
    this.#open.add(inner);
    source.subscribe(inner);
  }

  /** Unsubscribes from all, also from one that is being subscribed to. Later inputs are not subscribed to. */
  unsubscribe(): void {
    this.#isClosed = true;
    for (const inner of this.#open) inner.unsubscribe();
  }
}

class InnerSubscriber<T> extends Subscriber<T> {
  /** How the input has ended by itself. */
  #end: 'complete' | { readonly error: unknown } | undefined;

  constructor(
    private readonly observer: Observer<T>,
    private readonly open: Set<InnerSubscriber<T>>,
    private readonly onTeardownError: (error: unknown) => void,
  ) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- only a subclass can act after its teardowns
    super();
  }

  protected override _next(value: T): void {
    this.observer.next(value);
  }

  protected override _error(error: unknown): void {
    this.#end = { error };
    this.unsubscribe();
  }

  protected override _complete(): void {
    this.#end = 'complete';
    this.unsubscribe();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    try {
      super.unsubscribe();
    } catch (error) {
      this.onTeardownError(error);
    }
    this.open.delete(this);
    if (this.#end === 'complete') this.observer.complete();
    else if (this.#end) this.observer.error(this.#end.error);
  }
}
