/** A task mock answers the calls of a mocked function, and records them. */
import type { Awaitable } from '../../core/shape';
import { isError } from '../../core/sluice-error';
import { Fifo } from '../../core/fifo';
import { checkArray, checkFunction } from '../../core/option-values';
import type { MockedCall, MockLayer, MockTarget } from './mock-target';
import { UnansweredMockError } from './unanswered-mock-error';

/** A value, or an Observable, a future or a promise of one. */
export type Answer<T> = T | Awaitable<T>;

/** What the implementation of a mocked task or batch function may return, generators included. */
export type TaskAnswer<T> = Answer<T> | Generator<unknown, Answer<T>, unknown>;

/** What the implementation of a mocked pool task may return. A generator is a stream of items. */
export type PoolTaskAnswer<T> = Answer<T> | Generator<T, unknown, unknown>;

type Behaviour = (call: MockedCall) => unknown;

const mocks = new Set<{ restore(): void }>();

/**
 * Restores all mocks, for example after each test.
 *
 * @example
 * afterEach(restoreAllMocks);
 */
export function restoreAllMocks(): void {
  for (const mock of mocks) mock.restore();
}

/**
 * The mock of one function, made by `mockTask`. A call is one run of a future: a future without a subscriber is no call,
 * and one with two subscribers is two. For a batch function, each requested key is a call, also when keys are equal.
 */
export class TaskMock<A extends readonly unknown[], T, This = unknown, Result = TaskAnswer<T>>
  implements Disposable, MockLayer
{
  #calls: A[] = [];
  #contexts: unknown[] = [];
  readonly #once = new Fifo<Behaviour>();
  #answeredOnce = 0;
  #always: Behaviour | undefined;
  #isRestored = false;
  readonly #target: MockTarget;

  /** @internal */
  constructor(target: MockTarget) {
    this.#target = target;
    target.add(this);
    mocks.add(this);
  }

  /** The arguments of each call; for a batch function, the key. */
  get calls(): readonly A[] {
    return this.#calls;
  }

  /** The `this` of each call. */
  get contexts(): readonly unknown[] {
    return this.#contexts;
  }

  /** Number of calls. */
  get callCount(): number {
    return this.#calls.length;
  }

  /** The arguments of the last call; undefined before the first. */
  get lastCall(): A | undefined {
    return this.#calls.at(-1);
  }

  /** Makes every call return this value. An Observable may emit it later, also on virtual time. */
  returns(value: Answer<T>): this {
    return this.#behave(() => value);
  }

  /** Makes the next call return this value. Answers for single calls are used in order, before the answer for all. */
  returnsOnce(value: Answer<T>): this {
    return this.#behaveOnce(() => value);
  }

  /** Makes every call fail with this error. */
  throws(error: unknown): this {
    return this.#behave(throwing(error));
  }

  /** Makes the next call fail with this error. */
  throwsOnce(error: unknown): this {
    return this.#behaveOnce(throwing(error));
  }

  /**
   * Makes every call run this function instead: plain, `async`, a generator function, or a mock of the test runner.
   *
   * @throws TypeError if `implementation` is not a function.
   */
  implements(implementation: (this: This, ...args: A) => Result): this {
    return this.#behave(running('implements', implementation));
  }

  /**
   * Makes the next call run this function instead.
   *
   * @throws TypeError if `implementation` is not a function.
   */
  implementsOnce(implementation: (this: This, ...args: A) => Result): this {
    return this.#behaveOnce(running('implementsOnce', implementation));
  }

  /**
   * Makes the next calls return these values, one each; an Error among them fails its call. The effect is that of
   * `returnsOnce` and `throwsOnce` for each: later calls get the answer for all calls, or an `UnansweredMockError`.
   *
   * @throws TypeError if `answers` is not an array.
   */
  sequence(answers: readonly (Answer<T> | Error)[]): this {
    checkArray('mock.sequence: answers', answers);
    for (const answer of answers as readonly unknown[]) {
      this.#behaveOnce(isError(answer) ? throwing(answer) : () => answer);
    }
    return this;
  }

  /** Makes every call run the original, or the next lower mock if the function is mocked twice. Calls are recorded. */
  passesThrough(): this {
    return this.#behave(({ callNext }) => callNext());
  }

  /** Removes the recorded calls, and keeps the answers. */
  clear(): void {
    this.#calls = [];
    this.#contexts = [];
  }

  /** Removes the mock; later calls of `restore` do nothing. Running calls continue, and `calls` can still be read. */
  restore(): void {
    if (this.#isRestored) return;
    this.#isRestored = true;
    mocks.delete(this);
    this.#target.remove(this);
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  /** @internal */
  respond(call: MockedCall): unknown {
    this.#calls.push(call.args as A); // Cast: an `A`, because the type of the mocked function guarantees it.
    this.#contexts.push(call.self);
    const once = this.#once.shift();
    if (once) this.#answeredOnce++;
    const behaviour = once ?? this.#always;
    if (behaviour) return behaviour(call);
    throw new UnansweredMockError(this.#target.title, call.args, { answered: this.#answeredOnce });
  }

  #behave(behaviour: Behaviour): this {
    this.#checkUse();
    this.#always = behaviour;
    return this;
  }

  #behaveOnce(behaviour: Behaviour): this {
    this.#checkUse();
    this.#once.push(behaviour);
    return this;
  }

  #checkUse(): void {
    if (!this.#isRestored) return;
    throw new TypeError(
      `The mock of ${this.#target.title} was restored, so a new answer has no effect. ` +
        'Call mockTask(fn) again for a new mock.',
    );
  }
}

const throwing =
  (error: unknown): Behaviour =>
  () => {
    throw error;
  };

function running(method: string, implementation: (...args: never) => unknown): Behaviour {
  checkFunction(`mock.${method}: implementation`, implementation);
  return ({ self, args }) => Reflect.apply(implementation, self, args) as unknown;
}
