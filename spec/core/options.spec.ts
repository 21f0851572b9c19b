import { checkOptions } from '../../src/core/options';

const known = ['maxSize', 'window', 'concurrency', 'key', 'ttl', 'signal', 'timeout'];

const messageOf = (config: unknown, options: readonly string[] = known): string => {
  try {
    checkOptions('batch "rate"', config, options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  return 'accepted';
};

describe('a config', () => {
  it('is accepted when all of its options are known, with any values', () => {
    expect(messageOf({ maxSize: 'many', window: undefined })).toBe('accepted');
    expect(messageOf({})).toBe('accepted');
    expect(messageOf(Object.assign(Object.create(null) as object, { key: 1 }))).toBe('accepted');
  });

  it('is accepted as an instance of a class with options, or with inherited options', () => {
    class Config {
      readonly maxSize = 1;
    }
    class Computed {
      get window(): number {
        return 1;
      }
    }
    expect(messageOf(new Config())).toBe('accepted');
    expect(messageOf(new Computed())).toBe('accepted');
    expect(messageOf(Object.create({ maxSize: 3 }))).toBe('accepted');
  });

  it.each([
    ['null', null],
    ['a number', 5],
    ['a string', 'maxSize'],
    ['a function', () => 1],
    ['an array', []],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['a promise', Promise.resolve()],
    ['a regular expression', /x/],
    ['a symbol', Symbol('x')],
    ['undefined', undefined],
  ])('throws when it is %s instead of an object of options', (_, config) => {
    expect(messageOf(config)).toMatch(/^batch "rate": expected its config to be an object of options; got /);
  });
});

describe('an unknown option', () => {
  it('throws with its name, and with all options where none is similar', () => {
    expect(messageOf({ colour: 1 })).toBe(
      `batch "rate": unknown option "colour". The options are ${known.join(', ')}.`,
    );
    expect(messageOf({ colour: 1 }, ['key'])).toBe('batch "rate": unknown option "colour". The option is key.');
    expect(messageOf({ colour: 1 }, [])).toBe('batch "rate": unknown option "colour". This call accepts no options.');
  });

  it('throws also when its value is undefined', () => {
    expect(messageOf({ maxsize: undefined })).toMatch('Did you mean "maxSize"?');
  });

  it('is shown with its control characters escaped', () => {
    expect(messageOf({ '\x1b[2J': 1 })).toMatch(String.raw`"\u001b[2J"`);
  });

  it.each([
    ['maxsize', 'maxSize'],
    ['MaxSize', 'maxSize'],
    ['max_size', 'maxSize'],
    ['concurency', 'concurrency'],
    ['concurrecny', 'concurrency'],
    ['windo', 'window'],
    ['widnow', 'window'],
    ['timeOut', 'timeout'],
    ['keyOf', 'key'],
    ['windowTime', 'window'],
    ['signals', 'signal'],
  ])('with a similar known option throws with a hint: %s means %s', (given, meant) => {
    expect(messageOf({ [given]: 1 })).toBe(`batch "rate": unknown option "${given}". Did you mean "${meant}"?`);
  });

  it.each([
    ['cacheKeyFn', 'key'],
    ['maxBatchSize', 'maxSize'],
    ['batchScheduleFn', 'window'],
    ['timeoutMs', 'timeout'],
    ['maxAge', 'ttl'],
    ['abortSignal', 'signal'],
    ['limit', 'concurrency'],
  ])('known from another library throws with the name of the same option here: %s means %s', (given, meant) => {
    expect(messageOf({ [given]: 1 })).toMatch(`Did you mean "${meant}"?`);
  });

  it.each([
    ['maxThreads', ['min', 'max'], 'max'],
    ['worker_count', ['size', 'max'], 'size'],
    ['return_exceptions', ['returnErrors'], 'returnErrors'],
    ['retries', ['attempts', 'delay'], 'attempts'],
    ['exitmode', ['exitMode', 'errorMode'], 'exitMode'],
    ['polcy', ['clock', 'policy', 'name'], 'policy'],
    ['returnError', ['returnErrors'], 'returnErrors'],
    ['maxsize', ['max', 'ttl'], 'max'],
  ])('throws with a hint chosen from the options of the call: %s of %p means %s', (given, options, meant) => {
    expect(messageOf({ [given]: 1 }, options)).toMatch(`Did you mean "${meant}"?`);
  });

  it('named like a member of Object.prototype throws without a hint', () => {
    expect(messageOf({ constructor: 1 })).toMatch('unknown option "constructor". The options are');
    expect(messageOf({ toString: 1 }, ['key'])).toMatch('unknown option "toString". The option is key.');
  });
});
