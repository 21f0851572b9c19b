import { observable, of, type Observable } from 'rxjs';
import { flatten } from '../../src/core/shape';

const one = of(1);
const two = of(2);
const three = of(3);

/** Builds the same shape with the index of each leaf as its value. */
const rebuilt = (shape: unknown): unknown => {
  const { leaves, build } = flatten(shape, 'it');
  return build(leaves.map((_, index) => index));
};

describe('flatten', () => {
  it('collects the leaves in reading order', () => {
    const { leaves } = flatten({ b: [one, { deep: two }], a: three }, 'it');
    expect(leaves.map((leaf) => [one, two, three].indexOf(leaf as Observable<number>))).toEqual([0, 1, 2]);
  });

  it('accepts a single leaf', () => expect(rebuilt(one)).toBe(0));
  it('rebuilds arrays', () => expect(rebuilt([one, two])).toEqual([0, 1]));
  it('rebuilds records', () => expect(rebuilt({ a: one, b: two })).toEqual({ a: 0, b: 1 }));
  it('rebuilds nested shapes', () => expect(rebuilt({ a: [one, [two]], b: {} })).toEqual({ a: [0, [1]], b: {} }));
  it('keeps null', () => expect(rebuilt([null, one])).toEqual([null, 0]));
  it('keeps undefined', () => expect(rebuilt({ a: undefined, b: one })).toEqual({ a: undefined, b: 0 }));
  it('rebuilds an empty array', () => expect(rebuilt([])).toEqual([]));
  it('rebuilds an empty record', () => expect(rebuilt({})).toEqual({}));
  it('collects a leaf twice that occurs twice', () => expect(rebuilt([one, one])).toEqual([0, 1]));
  it('rebuilds a branch twice that occurs twice', () => {
    const branch = [one];
    expect(rebuilt({ a: branch, b: branch })).toEqual({ a: [0], b: [1] });
  });
  it('keeps __proto__ as an ordinary key', () => {
    const shape: unknown = JSON.parse('{ "__proto__": null }');
    expect(Object.keys(rebuilt(shape) as object)).toEqual(['__proto__']);
  });

  it('accepts a record without a prototype', () => {
    expect(rebuilt(Object.assign(Object.create(null) as object, { a: one }))).toEqual({ a: 0 });
  });

  it('treats a hole in an array as undefined', () => {
    const sparse = new Array<unknown>(3);
    sparse[0] = one;
    sparse[2] = two;
    expect(rebuilt(sparse)).toEqual([0, undefined, 1]);
  });

  it.each<[string, unknown]>([
    ['promises', Promise.resolve(1)],
    ['thenables', { then: () => undefined }],
    ['async iterables', { [Symbol.asyncIterator]: () => undefined }],
    ['streams', new ReadableStream()],
    ['Observables of another library', { [observable]: () => one }],
  ])('treats %s as leaves', (_, leaf) => expect(flatten([leaf], 'it').leaves).toHaveLength(1));

  it('does not change the shape', () => {
    const shape = Object.freeze({ a: Object.freeze([one]) });
    expect(rebuilt(shape)).toEqual({ a: [0] });
  });

  it('copies an array, so that later changes have no effect', () => {
    const shape = [one, two];
    const { leaves } = flatten(shape, 'it');
    shape.pop();
    expect(leaves).toHaveLength(2);
  });

  it.each<[string, unknown, string]>([
    ['a number', 7, 'got 7 (number)'],
    ['a string', 'ab', 'got "ab" (string)'],
    ['a function', Math.max, 'got function max (function)'],
    ['an instance of a class', new Date(0), 'got an instance of Date (object)'],
    ['a Map', new Map(), 'got an instance of Map (object)'],
  ])('throws for %s', (_, shape, got) => {
    expect(() => flatten(shape, 'all()')).toThrow(TypeError);
    expect(() => flatten(shape, 'all()')).toThrow(`all(): expected futures, Observables or promises`);
    expect(() => flatten(shape, 'all()')).toThrow(got);
  });

  it('advises to call the task for a generator object, and Future.of for a plain value', () => {
    const visit = function* (): Generator<number> {
      yield 1;
    };
    expect(() => flatten([visit()], 'all()')).toThrow('call the task, not its generator function');
    expect(() => flatten([7], 'all()')).toThrow('Wrap a plain value in Future.of(value).');
  });

  it('throws with the path of the wrong value', () => {
    expect(() => flatten({ users: [one, { name: 7 }] }, 'all()')).toThrow('got 7 (number) at .users[1].name.');
  });

  it('throws for a symbol key, which would be lost', () => {
    expect(() => flatten({ [Symbol('hidden')]: one }, 'all()')).toThrow(
      'all(): expected a record with string keys; got a symbol key.',
    );
  });

  it('throws for a cycle', () => {
    const shape: unknown[] = [];
    shape.push({ back: shape });
    expect(() => flatten(shape, 'all()')).toThrow(/^all\(\): expected a shape without a cycle\. /);
  });
});
