import { Socket } from 'node:net';
import fc from 'fast-check';
import { findUncloneable } from '../../src/pool/wire/find-uncloneable';
import { growthOf } from '../support/cpu-time';

class Job {
  constructor(readonly onDone: unknown) {}
}

const cyclic = (): Record<string, unknown> => {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
};

const detached = (): ArrayBuffer => {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
};

const broken = {
  get b(): never {
    throw new RangeError('no');
  },
};

const withMethod = {
  onDone() {
    return 1;
  },
};

const refuse = (): never => {
  throw new Error('trap');
};

describe('findUncloneable', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a string', 'a'],
    ['plain data', { a: [1, { b: null }], 'c d': 2n }],
    [
      'a Map, a Set, a Date, an Error, bytes',
      [new Map([[1, new Set([2])]]), new Date(), new Error('e'), new Uint8Array(2)],
    ],
    ['a cycle', cyclic()],
    ['an instance of a class', new Job(1)],
    ['an error with a function for a field', Object.assign(new Error('e'), { onDone: refuse })],
  ])('finds nothing in %s', (_, value) => expect(findUncloneable(value, 'result')).toBeUndefined());

  it.each<[string, unknown, string, string]>([
    ['a function', Reflect.get(withMethod, 'onDone'), 'result', 'the function onDone'],
    ['one without a name', [0, () => 1], 'result[1]', 'a function without a name'],
    ['a Symbol', { a: Symbol('s') }, 'result.a', 'the Symbol(s)'],
    ['a Promise in an object', { a: [0, 1, { b: Promise.resolve() }] }, 'result.a[2].b', 'a Promise'],
    ['a WeakMap', { a: new WeakMap() }, 'result.a', 'a WeakMap'],
    ['a generator', [withMethod, 1].values(), 'result', 'an Array Iterator'],
    ['a detached buffer', { a: detached() }, 'result.a', 'an ArrayBuffer that is detached'],
    ['what is in a Map', { m: new Map([['k', { f: refuse }]]) }, 'result.m.get("k").f', 'the function refuse'],
    ['what is a key of a Map', new Map([[refuse, 1]]), 'result.keys() › function refuse', 'the function refuse'],
    ['what is in a Set', { s: new Set([0, Symbol('s')]) }, 'result.s › [1]', 'the Symbol(s)'],
    ['a getter that throws', { a: broken }, 'result.a.b', 'a getter that throws RangeError: no'],
    ['what is beside a cycle', { ...cyclic(), z: refuse }, 'result.z', 'the function refuse'],
    ['a key that is no name', { 'a b': { 0: refuse } }, 'result["a b"]["0"]', 'the function refuse'],
    [
      'what is in an instance of a class',
      [new Job(refuse)],
      'result[0].onDone',
      'the function refuse, in a Job at result[0]',
    ],
    ['a Proxy', { a: [{}, new Proxy({ b: 1 }, {})], z: [1] }, 'result.a[1]', 'a Proxy'],
    ['a Proxy in a Map', new Map([['k', new Proxy([], {})]]), 'result.get("k")', 'a Proxy'],
    ['a Proxy around a cycle', new Proxy(cyclic(), {}), 'result', 'a Proxy'],
    [
      'a Proxy that throws',
      { a: new Proxy({}, { ownKeys: refuse, getPrototypeOf: refuse, get: refuse }) },
      'result.a',
      'a Proxy',
    ],
  ])('finds %s', (_, value, path, what) => expect(findUncloneable(value, 'result')).toEqual({ path, what }));

  it('finds the first of many uncloneable parts', () => {
    expect(findUncloneable([{ a: 1 }, { b: refuse }, refuse], 'args')?.path).toBe('args[1].b');
  });

  it('names the socket', () => {
    const socket = new Socket();
    expect(findUncloneable({ socket }, 'result')).toMatchObject({
      path: expect.stringMatching(/^result\.socket/) as unknown,
      what: expect.stringContaining('Socket') as unknown,
    });
    socket.destroy();
  });

  it('ignores transferred objects', () => {
    const { port1, port2 } = new MessageChannel();
    expect(findUncloneable({ port1, f: refuse }, 'result', [port1])).toMatchObject({ path: 'result.f' });
    expect(findUncloneable({ port1 }, 'result', [port1])).toBeUndefined();
    expect(findUncloneable({ port1 }, 'result')).toEqual({ path: 'result.port1', what: 'a MessagePort' });
    port1.close();
    port2.close();
  });

  it('does not throw for a revoked Proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(findUncloneable({ a: proxy }, 'result')).toMatchObject({
      path: expect.stringMatching(/^result/) as unknown,
    });
  });

  it.each([
    ['a function', refuse],
    ['a Proxy', new Proxy({}, {})],
  ])('takes time in proportion to the width of a value, with %s at its end', async (_, last) => {
    const find = (width: number): unknown =>
      findUncloneable([...Array.from({ length: width }, (_, index) => ({ index })), last], 'result')?.path;
    expect(find(100_000)).toBe('result[100000]');
    expect(await growthOf(find, 10_000, 80_000)).toBeLessThan(24);
  });

  it('ends in a deeply nested value', () => {
    let deep: unknown = refuse;
    for (let count = 0; count < 100_000; count++) deep = { deep };
    expect(findUncloneable(deep, 'result')?.what).toBe('a value nested deeper than 500 levels');
  });

  it('takes time in proportion to a tree whose nodes know their parents', async () => {
    const find = (width: number): void => {
      const root = { children: [] as unknown[], proxy: new Proxy({}, {}) };
      for (let count = 0; count < width; count++) root.children.push({ parent: root });
      expect(findUncloneable(root, 'result')).toBeDefined();
    };
    expect(await growthOf(find, 500, 4_000)).toBeLessThan(24);
  });

  it('finds something exactly where structured clone refuses', () => {
    const leaf = fc.oneof(
      fc.anything(),
      fc.constantFrom<unknown>(refuse, Symbol('s'), new WeakSet(), new Proxy([], {})),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 6 }, leaf, fc.array(tie('tree')), fc.dictionary(fc.string(), tie('tree'))),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        let isRefused = false;
        try {
          structuredClone(value);
        } catch {
          isRefused = true;
        }
        expect(findUncloneable(value, 'result') !== undefined).toBe(isRefused);
      }),
      { numRuns: 300 },
    );
  });
});
