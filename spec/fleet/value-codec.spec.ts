/** The encoding of values and errors for a fleet. */
import { decodeError, decodeValue, encodeError, encodeValue } from '../../src/fleet/wire/value-codec';

const throughRedis = (value: unknown): unknown => decodeValue(encodeValue('echo', 'value', value));

describe('an encoded value', () => {
  it('keeps errors with their class, code and cause, in arrays, objects, Maps and Sets', () => {
    const error = Object.assign(new RangeError('far', { cause: new TypeError('type') }), { code: 'E_FAR' });
    const { list, map, set, same } = throughRedis({
      list: [error],
      map: new Map([['key', error]]),
      set: new Set([error]),
      same: error,
    }) as {
      readonly list: readonly Error[];
      readonly map: ReadonlyMap<string, Error>;
      readonly set: ReadonlySet<Error>;
      readonly same: Error;
    };
    for (const each of [list[0], map.get('key'), ...set, same]) {
      expect(each).toBeInstanceOf(RangeError);
      expect(each).toMatchObject({ message: 'far', code: 'E_FAR' });
      expect(each?.cause).toBeInstanceOf(TypeError);
    }
  });

  it('keeps cycles and shared objects beside an error', () => {
    const shared = { n: 1 };
    const value: Record<string, unknown> = { one: shared, two: shared, error: new Error('x') };
    value['self'] = value;
    const copy = throughRedis(value) as Record<string, unknown>;
    expect(copy['self']).toBe(copy);
    expect(copy['one']).toBe(copy['two']);
  });

  it('has no prototype of the choice of its sender, with and without errors in it', () => {
    const hostile = JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": 1}') as Record<string, unknown>;
    for (const copy of [throughRedis(hostile), (throughRedis([hostile, new Error('x')]) as unknown[])[0]]) {
      const object = copy as Record<string, unknown>;
      expect(Object.keys(object)).toEqual(['__proto__', 'constructor']);
      expect(object['isAdmin']).toBeUndefined();
      expect(Object.getPrototypeOf(Object.getPrototypeOf(object))).toBeNull();
    }
  });

  it('is refused with the path of the part that cannot be sent', () => {
    expect(() => encodeValue('echo', 'args', [{ on: () => 1 }])).toThrow(/args\[0\]\.on of task "echo"/);
  });
});

describe('an encoded failure', () => {
  it('keeps what was thrown, and not the frames of the process that ran it', () => {
    const error = new RangeError('far');
    error.stack =
      'RangeError: far\n    at work (work.js:1:1)\n    at worker thread (called from)\n    at runner (runner.js:1:1)';
    const decoded = decodeError(encodeError(error), 'Error\n    at caller (caller.js:1:1)');
    expect(decoded.stack).toBe(
      'RangeError: far\n    at work (work.js:1:1)\n    at worker thread (called from)\n    at caller (caller.js:1:1)',
    );
    expect(decodeError(encodeError('text'))).toMatchObject({ thrown: 'text' });
  });
});
