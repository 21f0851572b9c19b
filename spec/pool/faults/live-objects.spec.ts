/** An object whose state is not in its fields is refused with its path: structured clone would make `{}` of it. */
/* eslint-disable @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { Subject, toArray } from 'rxjs';
import { TransferError, WorkerPool } from 'sluice/pool';
import { errorOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}

describe('an object whose state is not in its fields', () => {
  const live: [string, () => object][] = [
    ['a URL', () => new URL('http://a/b')],
    ['URLSearchParams', () => new URLSearchParams('a=1')],
    ['Headers', () => new Headers({ a: '1' })],
    ['a Request', () => new Request('http://a/')],
    ['a Response', () => new Response('x')],
    ['FormData', () => new FormData()],
    ['an AbortController', () => new AbortController()],
    ['an EventTarget', () => new EventTarget()],
    ['an Event', () => new Event('x')],
    ['performance', () => performance],
    ['a TextEncoder', () => new TextEncoder()],
    ['a hash', () => createHash('sha256')],
    ['a stream', () => new PassThrough()],
    ['an EventEmitter', () => new EventEmitter()],
    ['a Subject', () => new Subject()],
    ['an instance with private fields', () => new Money(5)],
    ['a promise', () => Promise.resolve(1)],
    ['a WeakMap', () => new WeakMap()],
    ['a generator', () => [1].values()],
    ['a formatter', () => new Intl.NumberFormat()],
  ];

  it.each(live)('fails its task with the path, as an argument or within one: %s', (_, make) =>
    expectInvariants(pool, async (record) => {
      const typeOf = pool.task((value: unknown) => typeof value, { name: 'typeOf' });
      const [alone, inside, beside] = await Promise.all([
        errorOf(record, typeOf(make())),
        errorOf(record, typeOf({ list: [1, new Map([['key', make()]])] })),
        errorOf(record, typeOf({ error: new Error('e'), value: make() })),
      ]);
      for (const error of [alone, inside, beside]) {
        expect(error).toBeInstanceOf(TransferError);
        expect(error).toMatchObject({ code: 'SLUICE_TRANSFER', task: 'typeOf' });
      }
      expect(alone.path).toMatch(/^args\[0\]/);
      expect(inside.path).toMatch(/^args\[0\]\.list\[1\]\.get\("key"\)/);
      expect(beside.path).toMatch(/^args\[0\]\.value/);
    }),
  );

  it.each<[string, () => unknown]>([
    ['a URL', () => new URL('http://a/b')],
    ['a URL in a list', () => [new URL('http://a/b')]],
    ['a Response in a Map', () => new Map([['a', new Response('x')]])],
    ['an AbortSignal', () => new AbortController().signal],
    ['an AbortController', () => new AbortController()],
    ['FormData of a promise', () => Promise.resolve(new FormData())],
    [
      'an instance with private fields',
      () =>
        new (class Money {
          readonly #cents = 5;
          get cents() {
            return this.#cents;
          }
        })(),
    ],
    [
      'a URL among the items of a stream',
      function* () {
        yield new URL('http://a/b');
      },
    ],
  ])('fails its task as a result: %s', (_, fn) =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task(fn)());
      expect(error).toMatchObject({ code: 'SLUICE_TRANSFER' });
      expect(error.path).toMatch(/^(The result|An item)/);
    }),
  );

  it('says what the object is', () =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(
        record,
        pool.task((value: unknown) => value, { name: 'visit' })({ to: new URL('http://a/') }),
      );
      expect(error.message).toContain('args[0].to of task "visit" cannot be sent to another thread: it is a URL');
    }));

  it('lets the items before it arrive, and the other tasks of its batch', () =>
    expectInvariants(pool, async (record) => {
      const items = pool.task(function* () {
        yield 1;
        yield { two: 2 };
        yield new URL('http://a/b');
        yield 4;
      });
      const identity = pool.task((value: unknown) => value);
      const recorded = await Promise.all([
        record(identity(1)),
        record(identity(new URL('http://a/b'))),
        record(items()),
        record(identity({ a: 1 })),
      ]);
      expect(recorded.map((each) => each.items)).toEqual([[1], [], [1, { two: 2 }], [{ a: 1 }]]);
      expect(recorded.map((each) => each.isError)).toEqual([false, true, true, false]);
    }));

  it('fails a nested call, in its arguments and in its result', () =>
    expectInvariants(pool, async () => {
      const codes = await pool.do(async function (this: import('sluice/pool').WorkerTask) {
        const codeOf = (error: { code?: unknown }): unknown => error.code;
        return [
          await this.do((value: object) => typeof value, new URL('http://a/b')).catch(codeOf),
          await this.do(() => new Headers()).catch(codeOf),
        ];
      });
      expect(codes).toEqual(['SLUICE_TRANSFER', 'SLUICE_TRANSFER']);
    }));
});

describe('a stream of Node as a result', () => {
  const crypto = pool.module<typeof import('node:crypto')>('node:crypto');
  const zlib = pool.module<typeof import('node:zlib')>('node:zlib');

  it.each<[string, () => PromiseLike<unknown>]>([
    ['createHash', () => crypto.createHash('sha256') as never],
    ['createHmac', () => crypto.createHmac('sha256', 'key') as never],
    ['createGzip', () => zlib.createGzip() as never],
    ['a PassThrough', () => pool.do(() => new (require('node:stream') as typeof import('node:stream')).PassThrough())],
    ['a socket', () => pool.do(() => new (require('node:net') as typeof import('node:net')).Socket())],
  ])('is refused if it waits for input: %s', (_, call) =>
    expectInvariants(pool, async () => {
      await expect(Promise.resolve(call())).rejects.toMatchObject({ code: 'SLUICE_TRANSFER' });
    }),
  );

  it('is read to its end if it has its input', () =>
    expectInvariants(pool, async (record) => {
      const readable = pool.task(() =>
        (require('node:stream') as typeof import('node:stream')).Readable.from(['a', 'b']),
      );
      const piped = pool.task(() => {
        const { Readable, PassThrough } = require('node:stream') as typeof import('node:stream');
        return Readable.from(['a', 'b']).pipe(new PassThrough({ objectMode: true }));
      });
      const ended = pool.task(() => {
        const { PassThrough } = require('node:stream') as typeof import('node:stream');
        const stream = new PassThrough({ objectMode: true });
        stream.end('a');
        return stream;
      });
      expect((await record(readable().pipe(toArray()))).items).toEqual([['a', 'b']]);
      expect((await record(piped().pipe(toArray()))).items).toEqual([['a', 'b']]);
      expect((await record(ended().pipe(toArray()))).items).toEqual([['a']]);
    }));
});

describe('an object that structured clone copies', () => {
  it('arrives: instances without methods, dates, boxed values, Blobs, keys, and what other realms have made', () =>
    expectInvariants(pool, async () => {
      // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- it is what is tested
      class Empty {}
      class Point {
        constructor(
          readonly x: number,
          readonly y: number,
        ) {}
        norm(): number {
          return this.x + this.y;
        }
      }
      const values = [new Empty(), new Point(1, 2), Object.create(null), new Date(0), Object(1), /a/g, new Blob(['x'])];
      const tags = await pool.do(
        (list: readonly unknown[]) => list.map((value) => [Object.prototype.toString.call(value), Object.keys(value as object)]), // prettier-ignore
        values,
      );
      expect(tags).toEqual([
        ['[object Object]', []],
        ['[object Object]', ['x', 'y']],
        ['[object Object]', []],
        ['[object Date]', []],
        ['[object Number]', []],
        ['[object RegExp]', []],
        ['[object Blob]', []],
      ]);
    }));
});
