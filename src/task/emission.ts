/**
 * What the body of a stream yields to emit a value. The idea is asynq's `Value`, which its `async_generator` yields.
 */
import { describe, titled } from '../core/describe';
import { quoting } from '../core/sluice-error';
import { begin, ended, type Execution, type Sink } from '../future/execution';
import { SingleValueObservable } from '../future/single-value-observable';
import { StreamExecution } from './stream-execution';

/** A value on its way out of a stream, once it is yielded. */
export interface Emission<T> {
  readonly emitted: T;
  [Symbol.iterator](): Iterator<Emission<T>, void>;
}

/** What a body emits that yields this: all else that it yields, it waits for. */
export type Emitted<Y> = unknown extends Y ? unknown : Y extends Emission<infer T> ? T : never;

/**
 * Emits a value from a stream, once the body yields it: `yield* emit(value)`, or `yield emit(value)`. So may a plain
 * generator function that the body delegates to with `yield*`. The body goes on when everybody downstream has had it.
 *
 * Anywhere else, in a task or in an `all`, it is a `TypeError` at the yield.
 *
 * @example
 * stream(function* () {
 *   for (const id of [1, 2]) yield* emit(yield* nameOf(id));
 * }).subscribe(console.log);
 */
export function emit<T>(value: T): Emission<T> {
  // Inside it is a single, for the driver alone: outside, nobody could do with it what can be done with one.
  return new YieldedEmission(value) as unknown as Emission<T>;
}

class YieldedEmission extends SingleValueObservable<void> {
  constructor(readonly emitted: unknown) {
    super();
  }

  /** @internal */
  override get [titled](): string {
    return 'an emission';
  }

  /** @internal */
  override [begin](sink: Sink<void>): Execution {
    if (sink instanceof StreamExecution) return sink.emit(this.emitted);
    sink.fail(notInStream(this.emitted, sink.name));
    return ended;
  }
}

const notInStream = (value: unknown, name: string | undefined): TypeError =>
  quoting(
    new TypeError(
      `emit(${describe(value)}) ${name === undefined ? 'was used' : `was yielded in task "${name}", but`} not by the body ` +
        'of a stream itself, so there is nobody to emit to. Write yield* emit(value) in the generator function of ' +
        'stream(…), or in a plain generator function that it delegates to with yield*.',
    ),
  );
