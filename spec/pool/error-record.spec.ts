import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import type { ErrorRecord } from '../../src/pool/wire/error-record';
import { serializeError } from '../../src/pool/wire/error-serializer';
import { deserializeError } from '../../src/pool/wire/error-deserializer';

/** The record after it was sent through a real port. */
const travelled = (thrown: unknown): ErrorRecord => {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(serializeError(thrown));
  const { message } = receiveMessageOnPort(port2) as { message: ErrorRecord };
  port1.close();
  return message;
};

const revived = (thrown: unknown): Error & Record<string, unknown> =>
  deserializeError(travelled(thrown)) as Error & Record<string, unknown>;

const causesOf = (error: unknown): unknown[] => {
  const causes: unknown[] = [];
  for (let at = error; at instanceof Error; at = at.cause) causes.push(at);
  return causes;
};

const throwing = (key: string, target: object = new Error('it')): object =>
  Object.defineProperty(target, key, {
    enumerable: true,
    get() {
      throw new Error(`no ${key}`);
    },
  });

const refuse = (): never => {
  throw new Error('trap');
};
const hostile = (target: object): object =>
  new Proxy(target, {
    get: refuse,
    has: refuse,
    ownKeys: refuse,
    getPrototypeOf: refuse,
    getOwnPropertyDescriptor: refuse,
  });

describe('a record of an error', () => {
  it('has its classes, name, message and stack', () => {
    class FarError extends RangeError {}
    const error = new FarError('too far');
    expect(travelled(error)).toMatchObject({
      kind: 'error',
      classes: ['FarError', 'RangeError', 'Error'],
      name: 'RangeError',
      message: 'too far',
      stack: error.stack,
    });
  });

  it('has code and fields, and data that is not enumerable', () => {
    const error = Object.assign(new Error('it'), { code: 'E_IT', details: { at: [1, new Map([['a', new Date(5)]])] } });
    Object.defineProperty(error, 'errno', { value: -2 });
    const { code, details, errno } = revived(error);
    expect([code, errno]).toEqual(['E_IT', -2]);
    const [, map] = (details as { at: [number, Map<string, Date>] }).at;
    expect(map.get('a')?.getTime()).toBe(5);
    expect(Object.keys(revived(error))).toEqual(['code', 'details']);
  });

  it('has the code that its class has a getter for', () => {
    class CodedError extends Error {
      get code(): string {
        return 'E_GOT';
      }
    }
    expect(revived(new CodedError('it')).code).toBe('E_GOT');
  });

  it('has the cause of the error, also a cause that is not an Error, and undefined', () => {
    expect(revived(new Error('a', { cause: new TypeError('b') })).cause).toMatchObject({ name: 'TypeError' });
    expect(revived(new Error('a', { cause: 7 })).cause).toBe(7);
    expect('cause' in revived(new Error('a', { cause: undefined }))).toBe(true);
    expect('cause' in revived(new Error('a'))).toBe(false);
  });

  it('has the `errors` of an error of any class', () => {
    const errors = [new TypeError('a'), 'b', null];
    for (const error of [new AggregateError(errors), Object.assign(new Error(), { errors })]) {
      expect(revived(error).errors).toEqual([expect.objectContaining({ name: 'TypeError', message: 'a' }), 'b', null]);
    }
  });

  it('keeps the values of fields, including errors inside', () => {
    const inner = Object.assign(new RangeError('in'), { code: 'E_IN' });
    const { list, set, bytes } = revived(
      Object.assign(new Error(), { list: [{ inner }], set: new Set([1]), bytes: new Uint8Array([1, 2]) }),
    );
    expect(list).toEqual([{ inner: expect.objectContaining({ name: 'RangeError', code: 'E_IN' }) as unknown }]);
    expect([...(set as Set<number>)]).toEqual([1]);
    expect(Array.from(bytes as Uint8Array)).toEqual([1, 2]);
  });

  it('keeps an object that two fields share one object', () => {
    const shared = new Error('shared');
    const error = revived(Object.assign(new AggregateError([shared], 'it', { cause: shared }), { first: shared }));
    expect(error.cause).toBe(error.first);
    expect((error.errors as unknown[])[0]).toBe(error.first);
  });

  it('can be made from an error of another realm', () => {
    const foreign: unknown = runInNewContext(
      `class FarError extends TypeError {}; Object.assign(new FarError('far'), { code: 'E_FAR' })`,
    );
    expect(revived(foreign)).toMatchObject({ name: 'TypeError', message: 'far', code: 'E_FAR' });
    expect(revived(foreign)).toBeInstanceOf(TypeError);
  });

  it('can be made from a frozen error', () => {
    expect(revived(Object.freeze(Object.assign(new Error('ice'), { at: 0 })))).toMatchObject({ message: 'ice', at: 0 });
  });

  it('can be made from an error with its own tag', () => {
    class TaggedError extends Error {
      readonly [Symbol.toStringTag] = 'Tagged';
    }
    expect(travelled(new TaggedError('it'))).toMatchObject({ kind: 'error', message: 'it' });
  });
});

describe('a part that cannot be cloned', () => {
  class Socket {
    readonly host = 'here';
    readonly onData = (): void => undefined;
  }
  it.each<[string, unknown, RegExp]>([
    ['a function', function onDone() {}, /^\[it: the function onDone cannot be cloned\]$/],
    ['a Symbol', Symbol('s'), /^\[it: the Symbol\(s\) cannot be cloned\]$/],
    ['a WeakMap', new WeakMap(), /^\[it: a WeakMap cannot be cloned\]$/],
    ['a Promise', Promise.resolve(), /^\[it: a Promise cannot be cloned\]$/],
    ['a socket', new Socket(), /^\[it: a Socket cannot be cloned\]$/],
    ['a Proxy that throws', hostile({}), /^\[it: a Proxy cannot be cloned\]$/],
    ['an object of which nothing is left', new URL('http://a/'), /^\[it: a URL cannot be cloned\]$/],
  ])('is text in a field: %s', (_, it, words) => {
    expect(revived(Object.assign(new Error('e'), { it })).it).toMatch(words);
  });

  it('is replaced by a text with its path, and the object around it is kept', () => {
    const config = { url: '/a', hooks: [1, () => undefined] };
    expect(revived(Object.assign(new Error('e'), { config })).config).toEqual({
      url: '/a',
      hooks: [1, '[config.hooks[1]: a function without a name cannot be cloned]'],
    });
  });

  it('is replaced by a text with its path in a cause', () => {
    const cause = Object.assign(new Error('c'), { then: () => undefined });
    expect(revived(new Error('e', { cause })).cause).toMatchObject({
      then: '[cause.then: the function then cannot be cloned]',
    });
  });

  it('may be a detached buffer', () => {
    const buffer = new ArrayBuffer(8);
    structuredClone(buffer, { transfer: [buffer] });
    expect(revived(Object.assign(new Error('e'), { buffer })).buffer).toMatch(/an ArrayBuffer that is detached/);
  });
});

describe('getters that throw', () => {
  it.each(['message', 'stack', 'name', 'cause', 'errors', 'code', 'then', 'toJSON', 'constructor'])('%s', (key) => {
    const error = revived(throwing(key));
    expect(error).toBeInstanceOf(Error);
    if (key === 'message' || key === 'name') expect(error[key]).toContain('a getter that throws Error: no');
    else expect(error.message).toBe('it');
    if (['cause', 'code', 'then'].includes(key))
      expect(error[key]).toBe(`[${key}: a getter that throws Error: no ${key}]`);
  });

  it('do not make serialization fail in a Proxy, revoked or not', () => {
    expect(revived(hostile(new Error('it')))).toBeInstanceOf(Error);
    const { proxy, revoke } = Proxy.revocable(new Error('it'), {});
    revoke();
    expect(revived(proxy)).toBeInstanceOf(Error);
    expect(revived(new Error('it', { cause: proxy })).message).toBe('it');
  });

  it('may throw values whose own getters throw', () => {
    const error = Object.defineProperty(new Error('it'), 'a', {
      enumerable: true,
      get() {
        throw hostile({}) as Error;
      },
    });
    expect(revived(error).a).toMatch(/a getter that throws/);
  });
});

describe('the bounds of a record', () => {
  it('cut a cycle of causes with a note', () => {
    const one = new Error('one');
    one.cause = new RangeError('two', { cause: one });
    expect(revived(one).cause).toMatchObject({ message: 'two', cause: '[cause.cause: a cycle, back to Error]' });
    const self = new Error('self');
    self.cause = self;
    expect(revived(self).cause).toBe('[cause: a cycle, back to Error]');
  });

  it('cut 10 000 causes after the eighth', () => {
    let error = new Error('0');
    for (let count = 1; count < 10_000; count++) error = new Error(String(count), { cause: error });
    const causes = causesOf(revived(error));
    expect(causes).toHaveLength(9);
    expect((causes[8] as Error).cause).toMatch(/^\[cause\.cause.*: cut: it is nested too deeply\]$/);
  });

  it('cut a message of 10 MB, say by how much, and keep the lines of the stack', () => {
    const error = new Error('x'.repeat(10_000_000));
    const record = travelled(error);
    expect(record).toMatchObject({
      message: expect.stringMatching(/^x{65536}… \(9934464 more characters were cut\)$/) as unknown,
    });
    const { stack } = revived(error);
    expect(stack?.length).toBeLessThan(140_000);
    expect(stack).toMatch(/error-record\.spec\.ts:\d+/);
  });

  it('cut a stack of 10 MB', () => {
    const error = new Error('it');
    error.stack = 's'.repeat(10_000_000);
    expect(revived(error).stack).toHaveLength(65_538 + '… (9934462 more characters were cut)'.length);
  });

  it('cut wide fields, many errors and large buffers', () => {
    const wide = revived(
      Object.assign(new Error(), { list: new Array(100_000).fill(0), bytes: new Uint8Array(2 ** 21) }),
    );
    expect((wide.list as unknown[]).length).toBeLessThan(10_001);
    expect((wide.list as unknown[]).at(-1)).toMatch(/^\[list: cut: 9\d{4} more items\]$/);
    // One stack for all of them, because jest takes milliseconds to map each one to the sources.
    const { stack } = new Error('it');
    const errors = Array.from({ length: 11_000 }, (_, index) => Object.assign(new Error(String(index)), { stack }));
    const many = travelled(new AggregateError(errors));
    expect((deserializeError(many) as AggregateError).errors.length).toBeLessThan(10_001);
    expect(JSON.stringify(many).length).toBeLessThan(8_000_000);
    expect(revived(Object.assign(new Error(), { bytes: new Uint8Array(2 ** 21) })).bytes).toMatch(/cut/);
  });

  it('hold for a graph that is entered from many sides', () => {
    let error: Error = new Error('leaf');
    for (let count = 0; count < 8; count++)
      error = Object.assign(new Error('it', { cause: error }), { a: error, b: error });
    expect(JSON.stringify(structuredClone(serializeError(error))).length).toBeGreaterThan(0);
  });
});

describe('a record of a thrown value that is not an Error', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['0', 0],
    ['an empty string', ''],
    ['NaN', NaN],
    ['false', false],
    ['a bigint', 7n],
    ['a string', 'it'],
    ['a plain object', { a: [1] }],
    ['an empty object', {}],
    ['an array', [1]],
  ])('has it: %s', (_, thrown) => {
    expect(revived(thrown)).toMatchObject({ code: 'SLUICE_THROWN_VALUE', thrown });
  });

  it('has the value also where that contains a cycle', () => {
    const thrown: { self?: unknown } = {};
    thrown.self = thrown;
    const error = revived(thrown);
    expect((error.thrown as typeof thrown).self).toBe(error.thrown);
  });

  it('keeps errors inside the value', () => {
    expect(revived({ error: Object.assign(new TypeError('in'), { code: 'E' }) }).thrown).toMatchObject({
      error: { name: 'TypeError', message: 'in', code: 'E' },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['a Symbol', Symbol('s'), /threw Symbol\(s\), which/],
    ['a function', function onDone() {}, /threw function onDone, which/],
    ['an object with a function', { on: { done: () => 1 } }, /\(thrown\.on\.done is the function done\)/],
    ['an object with a getter that throws', throwing('a', {}), /\(thrown\.a is a getter that throws Error: no a\)/],
    ['a Proxy that throws', hostile({}), /threw an object, which/],
    ['100 MB of text', 'x'.repeat(10_000_000), /threw "x{58}…, which/],
  ])('describes the value as text if it cannot be cloned: %s', (_, thrown, words) => {
    const error = revived(thrown);
    expect(error.message).toMatch(words);
    expect(error.thrown).toBeUndefined();
  });
});

describe('any thrown value', () => {
  /** Created only when it is thrown: values that throw on inspection would break fast-check. */
  type Make = () => unknown;
  const odd: fc.Arbitrary<Make> = fc.oneof(
    fc
      .anything({ withMap: true, withSet: true, withDate: true, withBigInt: true, withTypedArray: true })
      .map((value) => () => value),
    fc.constantFrom<Make>(
      () => Symbol('s'),
      () => refuse,
      () => hostile(new Error('h')),
      () => throwing('message'),
      () => new WeakMap(),
      () => new Proxy({}, {}),
      () => Promise.resolve(),
      () => new DOMException('d', 'AbortError'),
    ),
  );
  const { nest } = fc.letrec<{ nest: Make }>((tie) => ({
    nest: fc.oneof(
      { maxDepth: 12, withCrossShrink: true },
      odd,
      fc
        .record({
          message: fc.string(),
          cause: tie('nest'),
          errors: fc.array(tie('nest'), { maxLength: 3 }),
          key: fc.string(),
          isLoop: fc.boolean(),
        })
        .map(({ message, cause, errors, key, isLoop }) => () => {
          const made = cause();
          const error = new AggregateError(
            errors.map((make) => make()),
            message,
            { cause: made },
          );
          const value = isLoop ? [error] : made;
          return key === 'stack' ? error : Object.defineProperty(error, key, { value, enumerable: true });
        }),
    ),
  }));

  it('can be serialized, sent and deserialized', () => {
    fc.assert(
      fc.property(nest, (make) => {
        const error: unknown = revived(make());
        // The DOMException of jest is of another realm.
        expect(error instanceof Error || error instanceof DOMException).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('globals that user code has changed', () => {
  it('do not change records', () => {
    const program = `
      const { serializeError } = require('./src/pool/wire/error-serializer');
      const { findUncloneable } = require('./src/pool/wire/find-uncloneable');
      const { getOwnPropertyNames, defineProperty, getPrototypeOf } = Object;
      const write = process.stdout.write.bind(process.stdout), { stringify } = JSON, clone = structuredClone, exit = process.exit;
      const error = Object.assign(new AggregateError([new TypeError('in')], 'it', { cause: new Error('c') }),
        { code: 'E', map: new Map([['k', new Set([1])]]), list: [1, () => 1], bytes: new Uint8Array(2) });
      const value = { a: [0, 1, { b() {} }] };
      const no = () => { throw new Error('mutated'); };
      const put = (owner, key) => { try { defineProperty(owner, key, { value: no, configurable: true, writable: true }); } catch {} };
      const owners = [Array, Map, Set, String, Promise, WeakMap, RegExp, Uint8Array, ArrayBuffer, Error].map((c) => c.prototype);
      const arrayIterator = getPrototypeOf([][Symbol.iterator]()), mapIterator = getPrototypeOf(new Map()[Symbol.iterator]());
      const spaces = [Object, Reflect, JSON, Array, Atomics, Symbol, Number, Math];
      const jobs = [];
      for (const owner of [...owners, ...spaces, arrayIterator, mapIterator])
        for (const key of Reflect.ownKeys(owner)) if (key !== 'constructor' && key !== 'stack' && key !== 'message' && key !== 'name' && key !== 'prototype' && key !== 'buffer') jobs.push([owner, key]);
      for (const key of ['structuredClone', 'Map', 'Set', 'Array', 'Object', 'Error', 'String', 'JSON', 'Reflect']) jobs.push([globalThis, key]);
      const count = jobs.length, results = [];
      for (let i = 0; i < count; i++) put(jobs[i][0], jobs[i][1]);
      const record = serializeError(error), thrown = serializeError({ a: [1] }), found = findUncloneable(value, 'result');
      let out;
      try { out = clone; } finally {
        const fields = record.fields;
        let keys = '';
        for (let i = 0; i < fields.length; i++) keys += fields[i].key + ' ';
        out = record.kind + '|' + record.classes[0] + '|' + record.message + '|' + keys + '|' + fields[1].value.items[0].message
          + '|' + fields[4].value.items[1].value + '|' + thrown.value.entries[0][0] + '|' + found.path + ' ' + found.what;
      }
      require('fs').writeSync(1, out);
      exit(0);
    `;
    const out = execFileSync(
      process.execPath,
      [
        '--import',
        'tsx',
        '-e',
        `const fs = require('fs'); const load = require; ${program.replace("require('fs')", 'fs')}`,
      ],
      { cwd: join(__dirname, '../..'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    expect(out).toBe(
      'error|AggregateError|it|cause errors code map list bytes |in|[list[1]: a function without a name cannot be cloned]|a|result.a[2].b the function b',
    );
  });
});
