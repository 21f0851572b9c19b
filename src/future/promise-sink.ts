/** The sink of a promise for the value of a future, as `await` makes one. */
import { titleSymbol } from '../core/describe';
import type { Frame } from '../scheduler/frame';
import { chainingCycle } from './chaining-cycle';
import type { Sink } from './execution';

/** The future whose value the promise gets. */
interface PromiseSource<T> {
  readonly [titleSymbol]: string;
  /** Returns the value that `await` receives. */
  adopt(value: T): T | PromiseLike<T>;
}

export class PromiseSink<T> implements Sink<T> {
  /** Declared only: a sink on whose behalf nothing runs has no frame, and no field for it. */
  declare readonly frame: Frame | undefined;

  constructor(
    private readonly source: PromiseSource<T>,
    private readonly resolve: (value: T | PromiseLike<T>) => void,
    readonly fail: (error: unknown) => void,
  ) {}

  get isAwaited(): true {
    return true;
  }

  succeed(value: T): void {
    if (value === (this.source as unknown)) this.fail(chainingCycle(this.source[titleSymbol]));
    else this.resolve(this.source.adopt(value));
  }
}
