import { observable, of, type Observable } from 'rxjs';
import { flatten } from '../../src/core/shape';

const one = of(1);
const two = of(2);
const three = of(3);

/** Builds a shape again with the place of each leaf for its value. */
const rebuilt = (shape: unknown): unknown => {
  const { leaves, build } = flatten(shape, 'it');
  return build(leaves.map((_, index) => index));
};

describe('flatten', () => {
  it('takes the leaves out in reading order', () => {
    const { leaves } = flatten({ b: [one, { deep: two }], a: three }, 'it');
    expect(leaves.map((leaf) => [one, two, three].indexOf(leaf as Observable<number>))).toEqual([0, 1, 2]);
  });

  it('takes a single leaf', () => expect(rebuilt(one)).toBe(0));
  it('builds arrays again', () => expect(rebuilt([one, two])).toEqual([0, 1]));
  it('builds records again', () => expect(rebuilt({ a: one, b: two })).toEqual({ a: 0, b: 1 }));
  it('builds nested shapes again', () => expect(rebuilt({ a: [one, [two]], b: {} })).toEqual({ a: [0, [1]], b: {} }));
  it('lets null pass', () => expect(rebuilt([null, one])).toEqual([null, 0]));
  it('lets undefined pass', () => expect(rebuilt({ a: undefined, b: one })).toEqual({ a: undefined, b: 0 }));
  it('takes an empty array for one', () => expect(rebuilt([])).toEqual([]));
  it('takes an empty record for one', () => expect(rebuilt({})).toEqual({}));
  it('takes a leaf twice if it is there twice', () => expect(rebuilt([one, one])).toEqual([0, 1]));
  it('takes a branch twice if it is there twice', () => {
    const branch = [one];
    expect(rebuilt({ a: branch, b: branch })).toEqual({ a: [0], b: [1] });
  });
  it('keeps a key named __proto__ a key', () => {
    const shape: unknown = JSON.parse('{ "__proto__": null }');
    expect(Object.keys(rebuilt(shape) as object)).toEqual(['__proto__']);
  });

  it('takes a record without a prototype', () => {
    expect(rebuilt(Object.assign(Object.create(null) as object, { a: one }))).toEqual({ a: 0 });
  });

  it('takes a hole in an array for undefined', () => {
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
  ])('takes %s for leaves', (_, leaf) => expect(flatten([leaf], 'it').leaves).toHaveLength(1));

  it('does not change the shape', () => {
    const shape = Object.freeze({ a: Object.freeze([one]) });
    expect(rebuilt(shape)).toEqual({ a: [0] });
  });

  it('does not look at the array again once it has read it', () => {
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
  ])('refuses %s', (_, shape, words) => {
    expect(() => flatten(shape, 'all()')).toThrow(TypeError);
    expect(() => flatten(shape, 'all()')).toThrow(`all() waits for futures, Observables and promises`);
    expect(() => flatten(shape, 'all()')).toThrow(words);
  });

  it('says what to do about what a generator function gives: to call the task instead', () => {
    const visit = function* (): Generator<number> {
      yield 1;
    };
    expect(() => flatten([visit()], 'all()')).toThrow('call the task, not the function it was made of');
    expect(() => flatten([7], 'all()')).toThrow('Wrap a plain value in Future.of(value).');
  });

  it('names the path of what it refuses', () => {
    expect(() => flatten({ users: [one, { name: 7 }] }, 'all()')).toThrow('got 7 (number) at .users[1].name.');
  });

  it('refuses a record with a symbol for a key, which would be lost', () => {
    expect(() => flatten({ [Symbol('hidden')]: one }, 'all()')).toThrow('all() got a record with a symbol for a key.');
  });

  it('refuses a cycle, and says so', () => {
    const shape: unknown[] = [];
    shape.push({ back: shape });
    expect(() => flatten(shape, 'all()')).toThrow(new TypeError('all() got a shape with a cycle in it.'));
  });
});
