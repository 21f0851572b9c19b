import { types } from 'node:util';
import { runInNewContext } from 'node:vm';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import * as sluice from 'sluice';
import type { ErrorRecord } from '../../src/pool/wire/error-record';
import { serializeError } from '../../src/pool/wire/error-serializer';
import { registerError, deserializeError } from '../../src/pool/wire/error-deserializer';
import { PoolClosedError, ThrownValueError } from '../../src/pool/wire/pool-errors';

const revived = (thrown: unknown, callerStack?: string): Error & Record<string, unknown> => {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(serializeError(thrown));
  const { message } = receiveMessageOnPort(port2) as { message: ErrorRecord };
  port1.close();
  return deserializeError(message, callerStack) as Error & Record<string, unknown>;
};

describe('a deserialized error', () => {
  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    'is one of its class: %p',
    (Class) => {
      const error = revived(new Class('it'));
      expect(Object.getPrototypeOf(error)).toBe(Class.prototype);
      expect(types.isNativeError(error)).toBe(true);
      expect(error).toMatchObject({ name: Class.name, message: 'it' });
      expect(Object.keys(error)).toEqual([]);
    },
  );

  it('is an AggregateError with its errors', () => {
    const error = revived(new AggregateError([new TypeError('a'), 0], 'all'));
    expect(error).toBeInstanceOf(AggregateError);
    expect(Object.getOwnPropertyDescriptor(error, 'errors')?.enumerable).toBe(false);
    expect((error.errors as unknown[])[0]).toBeInstanceOf(TypeError);
    expect((error.errors as unknown[])[1]).toBe(0);
  });

  it.each([
    ['AbortError', 20],
    ['TimeoutError', 23],
    ['MineError', 0],
  ])('is a DOMException with name, message and code: %s', (name, code) => {
    const error = revived(new DOMException('it', name));
    expect(error).toBeInstanceOf(DOMException);
    expect([error.name, error.message, error.code]).toEqual([name, 'it', code]);
    expect(Object.hasOwn(error, 'code')).toBe(false);
  });

  it.each([
    new sluice.TaskTimeoutError(5, new TypeError('c')),
    new sluice.CancelledError('why'),
    new sluice.DeadlineError('s', 5),
    new sluice.BatchResultError('b', [1], { got: 'null', keysText: '1' }),
    new PoolClosedError('p', 't', { isStopped: true }),
    new sluice.SluiceError('SLUICE_MINE', { what: 'a', why: 'b', how: 'c' }),
  ])('is the error of sluice it was: %p', (original) => {
    const error = revived(original);
    expect(Object.getPrototypeOf(error)).toBe(Object.getPrototypeOf(original));
    expect(sluice.isSluiceError(error)).toBe(true);
    const fields: unknown = Object.assign({}, error, { name: error.name });
    expect(fields).toEqual(Object.assign({}, original));
  });

  it('is a ScopeError whose first error is its cause', () => {
    const first = new RangeError('first');
    const error = revived(new sluice.ScopeError('s', [new Error('other'), first], first));
    expect(error).toBeInstanceOf(sluice.ScopeError);
    expect(sluice.isSluiceError(error)).toBe(true);
    expect(error.first).toBe(error.cause);
    expect((error.errors as unknown[])[1]).toBe(error.cause);
    expect(error.first).toBeInstanceOf(RangeError);
  });

  it('of an unregistered class is an instance of the nearest known superclass, with its name and fields', () => {
    class StrangeError extends TypeError {
      override readonly name = 'StrangeError';
      readonly code = 'E_STRANGE';
    }
    const error = revived(new StrangeError('it'));
    expect(Object.getPrototypeOf(error)).toBe(TypeError.prototype);
    expect(error).toMatchObject({ name: 'StrangeError', message: 'it', code: 'E_STRANGE' });
  });

  it('has a field called __proto__ as an own field', () => {
    const original = Object.defineProperty(new Error('it'), '__proto__', { value: { a: 1 }, enumerable: true });
    const error = revived(Object.assign(original, { deep: JSON.parse('{ "__proto__": 7 }') as unknown }));
    expect(Object.getPrototypeOf(error)).toBe(Error.prototype);
    expect(Object.getOwnPropertyDescriptor(error, '__proto__')?.value).toEqual({ a: 1 });
    expect(Object.keys(error.deep as object)).toEqual(['__proto__']);
  });

  it('has writable properties', () => {
    const error = revived(Object.freeze(Object.assign(new Error('it'), { a: 1 })));
    error.message = 'other';
    error.a = 2;
    expect(error).toMatchObject({ message: 'other', a: 2 });
  });
});

describe('a thrown value', () => {
  it('is deserialized as a ThrownValueError with the value in `thrown`', () => {
    const error = revived({ status: 500 });
    expect(error).toBeInstanceOf(ThrownValueError);
    expect(error).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown: { status: 500 } });
    expect(error.message).toContain('{"status":500}');
  });
});

describe('the stack', () => {
  const caller = 'Error\n    at asked (main.ts:1:2)\n    at main (main.ts:3:4)';
  const original = Object.assign(new TypeError('it'), { stack: 'TypeError: it\n    at thrown (work.ts:5:6)' });

  it('has the frames of the worker, then those of the caller', () => {
    expect(revived(original, caller).stack?.split('\n')).toEqual([
      'TypeError: it',
      '    at thrown (work.ts:5:6)',
      '    at worker thread (called from)',
      '    at asked (main.ts:1:2)',
      '    at main (main.ts:3:4)',
    ]);
  });

  it('is that of the worker alone where no caller is given, or none that has lines', () => {
    expect(revived(original).stack).toBe(original.stack);
    expect(revived(original, '').stack).toBe(original.stack);
    expect(revived(original, 'Error: x').stack).toBe(original.stack);
  });

  it('accepts the frames of Firefox and Safari', () => {
    expect(revived(original, 'asked@http://a/b.js:1:2\n').stack).toMatch(/called from\)\nasked@http:\/\/a\/b\.js:1:2$/);
  });

  it('is name and message if the error had no stack', () => {
    expect(revived(Object.assign(new RangeError('it'), { stack: undefined })).stack).toBe('RangeError: it');
  });

  it('of its cause has no caller', () => {
    expect((revived(new Error('it', { cause: original }), caller).cause as Error).stack).toBe(original.stack);
  });

  it('of a thrown value has its caller', () => {
    expect(revived(null, caller).stack).toContain('at asked');
  });

  it('is not enumerable', () => {
    expect(Object.keys(revived(original, caller))).toEqual([]);
  });
});

describe('registerError', () => {
  class NotFoundError extends Error {
    override readonly name = 'NotFoundError';
    constructor(readonly url: string) {
      super(`There is nothing at ${url}.`);
    }
    get host(): string {
      return new URL(this.url).host;
    }
    get code(): string {
      return 'E_NOT_FOUND';
    }
  }

  it('makes errors of a class instances of it, without running its constructor', () => {
    registerError(NotFoundError);
    const error = revived(new NotFoundError('http://a/b'));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ url: 'http://a/b', host: 'a', code: 'E_NOT_FOUND' });
    expect(error.message).toBe('There is nothing at http://a/b.');
  });

  it('makes errors of an unregistered subclass instances of the registered class', () => {
    registerError(NotFoundError);
    class GoneError extends NotFoundError {}
    expect(revived(new GoneError('http://a/b'))).toBeInstanceOf(NotFoundError);
  });

  it('accepts the same class twice', () => {
    registerError(NotFoundError);
    expect(() => registerError(NotFoundError)).not.toThrow();
    expect(() => registerError(TypeError)).not.toThrow();
  });

  it('refuses another class of the same name, also of one of the platform or of sluice', () => {
    registerError(NotFoundError);
    for (const name of ['NotFoundError', 'TypeError', 'TaskTimeoutError', 'DOMException', 'PoolClosedError']) {
      const Other = { [name]: class extends Error {} }[name] as typeof Error;
      expect(() => registerError(Other)).toThrow(TypeError);
      expect(() => registerError(Other)).toThrow(
        `registerError: another class with the name "${name}" is registered already.`,
      );
    }
  });

  it.each<[string, unknown, string]>([
    [
      'a class that is none of errors',
      class Point {
        readonly x = 1;
      },
      'got function Point (function)',
    ],
    ['an error', new Error('it'), 'got Error: it (object)'],
    ['an arrow function', () => 1, 'got function (anonymous) (function)'],
    ['nothing', undefined, 'got undefined (undefined)'],
    ['a class of another realm', runInNewContext('class FarError extends Error {}; FarError'), 'got function FarError'],
  ])('refuses %s', (_, Class, words) => {
    expect(() => registerError(Class as typeof Error)).toThrow(TypeError);
    expect(() => registerError(Class as typeof Error)).toThrow(words);
  });

  it('refuses a class without a name', () => {
    expect(() => registerError(class extends Error {})).toThrow('to be a class with a name');
  });
});
