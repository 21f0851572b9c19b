/** What stands in the place of a mocked function: what it answers, and what it was called with. */
import { invalidOption } from '../../core/describe';
import type { Awaitable } from '../../core/shape';
import { isError } from '../../core/sluice-error';
import { Fifo } from '../../core/fifo';
import type { Layer, MockedCall, MockTarget } from './mock-target';
import { UnansweredMockError } from './unanswered-mock-error';

/** A value, or what brings it later: an Observable, a future, a promise. */
export type Answer<T> = T | Awaitable<T>;

/** What the implementation of a mocked task or batch function may give: all that a task may be made of. */
export type TaskAnswer<T> = Answer<T> | Generator<unknown, Answer<T>, unknown>;

/** The same for a task of a pool, whose generators are streams. */
export type PoolTaskAnswer<T> = Answer<T> | Generator<T, unknown, unknown>;

type Behaviour = (call: MockedCall) => unknown;

const mocks = new Set<{ restore(): void }>();

/**
 * Takes away every mock there is: for an `afterEach`.
 *
 * @example
 * afterEach(restoreAllMocks);
 */
export function restoreAllMocks(): void {
  for (const mock of mocks) mock.restore();
}

/**
 * A call is one run of a future: who builds one and never runs it has not called, who subscribes to it twice has called
 * twice. Each key that is asked for is a call, be it equal to another or not.
 */
export class TaskMock<A extends readonly unknown[], T, This = unknown, Given = TaskAnswer<T>>
  implements Disposable, Layer
{
  #calls: A[] = [];
  #contexts: unknown[] = [];
  readonly #once = new Fifo<Behaviour>();
  #answeredOnce = 0;
  #always: Behaviour | undefined;
  #isRestored = false;
  readonly #seat: MockTarget;

  /** @internal */
  constructor(seat: MockTarget) {
    this.#seat = seat;
    seat.add(this);
    mocks.add(this);
  }

  /** The arguments of each call. Those of a batch function are its one key. */
  get calls(): readonly A[] {
    return this.#calls;
  }

  /** The `this` of each call. */
  get contexts(): readonly unknown[] {
    return this.#contexts;
  }

  get callCount(): number {
    return this.#calls.length;
  }

  get lastCall(): A | undefined {
    return this.#calls.at(-1);
  }

  /** Every call has this value, or what that brings: an Observable may bring it later, on virtual time. */
  returns(value: Answer<T>): this {
    return this.#behave(() => value);
  }

  /** The next call has this value. Answers for one call are used up in their order, before that for all others. */
  returnsOnce(value: Answer<T>): this {
    return this.#behaveOnce(() => value);
  }

  /** Every call fails with this error. */
  throws(error: unknown): this {
    return this.#behave(throwing(error));
  }

  /** The next call fails with this error. */
  throwsOnce(error: unknown): this {
    return this.#behaveOnce(throwing(error));
  }

  /**
   * Every call runs this instead: a plain function, an `async` one, a generator function, a mock of your test runner.
   *
   * @throws TypeError if it is no function.
   */
  implements(implementation: (this: This, ...args: A) => Given): this {
    return this.#behave(running('implements', implementation));
  }

  /** The next call runs this instead. */
  implementsOnce(implementation: (this: This, ...args: A) => Given): this {
    return this.#behaveOnce(running('implementsOnce', implementation));
  }

  /**
   * The next calls have these values, one each; an Error among them fails its call. It is `returnsOnce` and `throwsOnce`
   * for each: what comes after the last is what `returns` and its like say, or an error.
   */
  sequence(answers: readonly (Answer<T> | Error)[]): this {
    if (!Array.isArray(answers)) throw invalidOption('mock.sequence: its answers', 'an array', answers);
    for (const answer of answers as readonly unknown[]) {
      this.#behaveOnce(isError(answer) ? throwing(answer) : () => answer);
    }
    return this;
  }

  /** Every call goes to the original, and is only counted. Of mocks upon mocks, to the one beneath. */
  passesThrough(): this {
    return this.#behave(({ beneath }) => beneath());
  }

  /** Forgets the calls so far, and not what it answers. */
  clear(): void {
    this.#calls = [];
    this.#contexts = [];
  }

  /** Takes the mock away, the first time. Calls that it has begun to answer go on; what they were can still be read. */
  restore(): void {
    if (this.#isRestored) return;
    this.#isRestored = true;
    mocks.delete(this);
    this.#seat.remove(this);
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  /** @internal */
  respond(call: MockedCall): unknown {
    this.#calls.push(call.args as A); // the function was called with them
    this.#contexts.push(call.self);
    const once = this.#once.shift();
    if (once) this.#answeredOnce++;
    const behaviour = once ?? this.#always;
    if (behaviour) return behaviour(call);
    throw new UnansweredMockError(this.#seat.title, call.args, { answered: this.#answeredOnce });
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
      `The mock of ${this.#seat.title} was restored, so nobody will hear what it is to answer. ` +
        'Make another: mockTask(fn).',
    );
  }
}

const throwing =
  (error: unknown): Behaviour =>
  () => {
    throw error;
  };

function running(method: string, implementation: (...args: never) => unknown): Behaviour {
  if (typeof implementation !== 'function')
    throw invalidOption(`mock.${method}: its argument`, 'a function', implementation);
  return ({ self, args }) => Reflect.apply(implementation, self, args) as unknown;
}
