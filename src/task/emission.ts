/**
 * An emission is what the body of a stream yields to emit a value. The idea is asynq's `Value`, which its `async_generator`
 * yields.
 */
import { describe, titleSymbol } from '../core/describe';
import { markQuotesValues } from '../core/sluice-error';
import { begin, endedExecution, type Execution, type Sink } from '../future/execution';
import { SingleValueObservable } from '../future/single-value-observable';
import { StreamExecution } from './stream-execution';

/** A value that a stream emits when its body yields the emission. */
export interface Emission<T> {
  readonly emitted: T;
  [Symbol.iterator](): Iterator<Emission<T>, void>;
}

/** The type of the values that a body with these yields emits. Every other yielded type is awaited. */
export type Emitted<Y> = unknown extends Y ? unknown : Y extends Emission<infer T> ? T : never;

/**
 * Emits a value from a stream: `yield* emit(value)` or `yield emit(value)` in the body, or in a plain generator function
 * that the body delegates to with `yield*`. The body goes on when all subscribers downstream have received the value.
 *
 * @param value the value to emit, of any type
 * @throws TypeError at the yield, if a task yields the emission or an `all` contains it.
 * @example
 * stream(function* () {
 *   for (const id of [1, 2]) yield* emit(yield* nameOf(id));
 * }).subscribe(console.log);
 */
export function emit<T>(value: T): Emission<T> {
  // The type hides that an emission is an Observable: only the driver of a stream can run it.
  return new YieldedEmission(value) as unknown as Emission<T>;
}

class YieldedEmission extends SingleValueObservable<void> {
  constructor(readonly emitted: unknown) {
    super();
  }

  /** @internal */
  override get [titleSymbol](): string {
    return 'an emission';
  }

  /** @internal */
  override [begin](sink: Sink<void>): Execution {
    if (sink instanceof StreamExecution) return sink.emit(this.emitted);
    sink.fail(notInStream(this.emitted, sink.name));
    return endedExecution;
  }
}

const notInStream = (value: unknown, name: string | undefined): TypeError =>
  markQuotesValues(
    new TypeError(
      `emit(${describe(value)}) ${name === undefined ? 'was used' : `was yielded by task "${name}",`} not by the body ` +
        'of a stream. Only a stream has subscribers to emit to. Write yield* emit(value) in the generator function of ' +
        'stream(…), or in a plain generator function that it delegates to with yield*.',
    ),
  );
