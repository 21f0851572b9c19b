/**
 * A body that has been returned from, while its clean-up still runs. A generator that the body delegates to with `yield*`
 * may yield in its `finally`; resumed by way of the body, its end would look to the body like any other, and the body
 * would go on. So delegates are driven to their end by themselves, the innermost first, and then the body around each
 * returns as well.
 */
import { awaiting, type TaskBody } from './task-body';

type Result = IteratorResult<unknown, unknown>;
type Return = (this: unknown, value: unknown) => Result;

export class CancelledBody implements TaskBody {
  /** The body, and the generators that each delegates to: the last is the one that stands at its own yield. */
  readonly #delegating: TaskBody[];

  constructor(body: TaskBody) {
    this.#delegating = [body];
  }

  next(value: unknown): Result {
    return this.#enter('next', value);
  }

  throw(error: unknown): Result {
    return this.#enter('throw', error);
  }

  return(value: unknown): Result {
    return this.#enter('return', value);
  }

  #enter(entry: 'next' | 'throw' | 'return', carried: unknown): Result {
    for (;;) {
      const innermost = this.#delegating[this.#delegating.length - 1];
      if (!innermost) return { done: true, value: carried };
      const isOutermost = this.#delegating.length === 1;
      try {
        const result = entry === 'return' ? this.#returnFrom(innermost, carried) : innermost[entry](carried);
        if (!result.done || isOutermost) return result;
        entry = 'return';
        carried = result.value;
      } catch (error) {
        if (isOutermost) throw error;
        entry = 'throw';
        carried = error;
      }
      this.#delegating.pop();
    }
  }

  #returnFrom(body: TaskBody, value: unknown): Result {
    if (!body.return) return { done: true, value };
    const { result, delegates } = recordDelegates(body, () => body.return?.(value));
    if (!result) return { done: true, value };
    if (!result.done) this.#delegating.push(...delegates);
    return result;
  }
}

interface Returned {
  readonly result: Result | undefined;
  /** From the outside in. */
  readonly delegates: readonly TaskBody[];
}

/**
 * Nothing tells from outside whether a generator delegates, but one thing: `yield*` reads `return` of the delegate anew
 * each time, which is that of all generators, and hands the delegate's result object on as it is. So for the time of this
 * one synchronous call, `return` of all generators notes whose result is which object. Where the intrinsics are frozen,
 * nothing is noted, and no delegate is found.
 */
function recordDelegates(body: TaskBody, leave: () => Result | undefined): Returned {
  const prototype = generatorPrototypeOf(body);
  const original = Reflect.get(prototype, 'return') as Return; // it is that of generators
  const returned: { readonly by: TaskBody; readonly result: Result }[] = [];
  const recording: Return = function (this: unknown, value) {
    const result = Reflect.apply(original, this, [value]);
    returned.push({ by: this as TaskBody, result }); // `original` throws for anything but a generator
    return result;
  };
  const isRecording = Reflect.set(prototype, 'return', recording);
  try {
    const result = leave();
    const delegates = returned.filter((one) => one.by !== body && one.result === result).map(({ by }) => by);
    return { result, delegates: delegates.reverse() };
  } finally {
    if (isRecording) Reflect.set(prototype, 'return', original);
  }
}

/** The object that generators inherit `return` from, in the realm of the body. */
function generatorPrototypeOf(body: TaskBody): object {
  const isGenerator = Object.prototype.toString.call(body) === '[object Generator]';
  let found: object = body;
  // The last that has it, since a generator function may have another prototype put before.
  for (let at: object | null = isGenerator ? body : awaiting(undefined); at; at = prototypeOf(at)) {
    if (Object.hasOwn(at, 'return')) found = at;
  }
  return found;
}

const prototypeOf = (object: object): object | null => Object.getPrototypeOf(object) as object | null;
