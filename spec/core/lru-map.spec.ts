import * as fc from 'fast-check';
import { LruMap } from '../../src/core/lru-map';

const keysOf = (map: LruMap<unknown, unknown>, keys: readonly unknown[]): unknown[] =>
  keys.filter((key) => map.get(key) !== undefined);

describe('an LruMap', () => {
  it('keeps at most `max` entries, and evicts the least recently used one', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('c', 3);
    expect(map.size).toBe(2);
    expect(keysOf(map, ['a', 'b', 'c'])).toEqual(['a', 'c']);
  });

  it('makes an entry that is set again the most recently used one, and evicts none', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    expect(map.size).toBe(2);
    map.set('c', 4);
    expect(keysOf(map, ['a', 'b', 'c'])).toEqual(['a', 'c']);
    expect(map.get('a')).toBe(3);
  });

  it('accepts any key, also undefined and NaN', () => {
    const map = new LruMap<unknown, string>(3);
    const object = {};
    for (const key of [undefined, NaN, object]) map.set(key, typeof key);
    expect([undefined, NaN, object].map((key) => map.get(key))).toEqual(['undefined', 'number', 'object']);
    map.set('more', 'string');
    expect(keysOf(map, [undefined, NaN, object, 'more'])).toEqual([NaN, object, 'more']);
  });

  it('accepts 1 and Infinity as `max`', () => {
    const [one, any] = [new LruMap<number, number>(1), new LruMap<number, number>(Infinity)];
    for (let key = 0; key < 1_000; key++) {
      one.set(key, key);
      any.set(key, key);
    }
    expect([one.size, any.size, one.get(999)]).toEqual([1, 1_000, 999]);
  });

  it('deletes one entry, and clears all', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.delete('a');
    map.delete('none');
    expect([map.size, map.get('a'), map.get('b')]).toEqual([1, undefined, 2]);
    map.clear();
    expect([map.size, map.get('b')]).toEqual([0, undefined]);
  });

  it('behaves like a model based on an array, in random sequences of calls', () => {
    const step = fc.record({ what: fc.constantFrom('get', 'set', 'delete'), key: fc.integer({ min: 0, max: 6 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
        const map = new LruMap<number, number>(max);
        let model: (readonly [key: number, value: number])[] = [];
        steps.forEach(({ what, key }, index) => {
          const known = model.find(([one]) => one === key);
          const others = model.filter(([one]) => one !== key);
          if (what === 'get') {
            expect(map.get(key)).toBe(known?.[1]);
            if (known) model = [...others, known];
          } else if (what === 'set') {
            map.set(key, index);
            model = [...others, [key, index] as const].slice(-max);
          } else {
            map.delete(key);
            model = others;
          }
          expect(map.size).toBe(model.length);
        });
      }),
    );
  });
});
