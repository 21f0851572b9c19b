/**
 * A cancelled body is one whose `return()` has been called while its `finally` blocks still yield. A generator that the body
 * delegates to with `yield*` may yield in its own `finally`. If the body were resumed for it, the body would take the end
 * of that generator for a normal one and go on. So delegates are driven to their end directly, the innermost first, and
 * each body around them then returns as well.
 */
import { awaiting, type TaskBody } from './task-body';

type Result = IteratorResult<unknown, unknown>;
type Return = (this: unknown, value: unknown) => Result;

export class CancelledBody implements TaskBody {
  /** The body and the chain of generators it delegates to. The last one is suspended at a yield of its own. */
  readonly #delegation: TaskBody[];

  constructor(body: TaskBody) {
    this.#delegation = [body];
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

  #enter(entry: 'next' | 'throw' | 'return', argument: unknown): Result {
    for (;;) {
      const innermost = this.#delegation[this.#delegation.length - 1];
      if (!innermost) return { done: true, value: argument };
      const isOutermost = this.#delegation.length === 1;
      try {
        const result = entry === 'return' ? this.#returnFrom(innermost, argument) : innermost[entry](argument);
        if (!result.done || isOutermost) return result;
        entry = 'return';
        argument = result.value;
      } catch (error) {
        if (isOutermost) throw error;
        entry = 'throw';
        argument = error;
      }
      this.#delegation.pop();
    }
  }

  #returnFrom(body: TaskBody, value: unknown): Result {
    if (!body.return) return { done: true, value };
    const { result, delegates } = recordDelegates(body, () => body.return?.(value));
    if (!result) return { done: true, value };
    if (!result.done) this.#delegation.push(...delegates);
    return result;
  }
}

interface RecordedReturn {
  readonly result: Result | undefined;
  /** From the outermost to the innermost. */
  readonly delegates: readonly TaskBody[];
}

/**
 * Finds the generators that a body delegates to. JavaScript shows delegation in one way only: `yield*` reads `return` of
 * the delegate each time, inherited from the prototype of all generators, and passes on the delegate's result object
 * unchanged. So during this one synchronous call, `return` of all generators records its results. Where intrinsics are
 * frozen, nothing is recorded and no delegate is found.
 */
function recordDelegates(body: TaskBody, callReturn: () => Result | undefined): RecordedReturn {
  const prototype = generatorPrototypeOf(body);
  // Cast: `return`, because the prototype is that of generators.
  const original = Reflect.get(prototype, 'return') as Return;
  const returned: { readonly generator: TaskBody; readonly result: Result }[] = [];
  const recording: Return = function (this: unknown, value) {
    const result = Reflect.apply(original, this, [value]);
    // Cast: a generator, because `original` throws for anything else.
    returned.push({ generator: this as TaskBody, result });
    return result;
  };
  const isRecording = Reflect.set(prototype, 'return', recording);
  try {
    const result = callReturn();
    const delegates = returned
      .filter((one) => one.generator !== body && one.result === result)
      .map(({ generator }) => generator);
    return { result, delegates: delegates.reverse() };
  } finally {
    if (isRecording) Reflect.set(prototype, 'return', original);
  }
}

/** The prototype from which generators inherit `return`, in the realm of the body. */
function generatorPrototypeOf(body: TaskBody): object {
  const isGenerator = Object.prototype.toString.call(body) === '[object Generator]';
  let prototype: object = body;
  // The last prototype that has `return`, because a generator function may insert another one before it.
  for (let current: object | null = isGenerator ? body : awaiting(undefined); current; current = prototypeOf(current)) {
    if (Object.hasOwn(current, 'return')) prototype = current;
  }
  return prototype;
}

const prototypeOf = (object: object): object | null => Object.getPrototypeOf(object) as object | null;
