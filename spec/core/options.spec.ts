import { checkOptions } from '../../src/core/options';

const known = ['maxSize', 'window', 'concurrency', 'key', 'ttl', 'signal', 'timeout'];

const refusal = (config: unknown, options: readonly string[] = known): string => {
  try {
    checkOptions('batch "rate"', config, options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  return 'accepted';
};

describe('a config', () => {
  it('passes when all of its options are known, whatever their values', () => {
    expect(refusal({ maxSize: 'many', window: undefined })).toBe('accepted');
    expect(refusal({})).toBe('accepted');
    expect(refusal(Object.assign(Object.create(null) as object, { key: 1 }))).toBe('accepted');
  });

  it('may be an instance of a class with options, or inherit them', () => {
    class Config {
      readonly maxSize = 1;
    }
    class Computed {
      get window(): number {
        return 1;
      }
    }
    expect(refusal(new Config())).toBe('accepted');
    expect(refusal(new Computed())).toBe('accepted');
    expect(refusal(Object.create({ maxSize: 3 }))).toBe('accepted');
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
  ])('is refused as no object of options when it is %s', (_, config) => {
    expect(refusal(config)).toMatch(/^batch "rate": expected its config to be an object of options; got /);
  });
});

describe('an option that does not exist', () => {
  it('is refused by name, with all the options where none is like it', () => {
    expect(refusal({ colour: 1 })).toBe(
      `batch "rate": there is no option "colour". The options are ${known.join(', ')}.`,
    );
    expect(refusal({ colour: 1 }, ['key'])).toBe('batch "rate": there is no option "colour". The option is key.');
    expect(refusal({ colour: 1 }, [])).toBe('batch "rate": there is no option "colour". It takes no options.');
  });

  it('is refused also when its value is undefined', () => {
    expect(refusal({ maxsize: undefined })).toMatch('Did you mean "maxSize"?');
  });

  it('shows control characters of its name escaped', () => {
    expect(refusal({ '\x1b[2J': 1 })).toMatch(String.raw`"\u001b[2J"`);
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
  ])('that is nearly one gets that as a hint: %s is %s', (given, meant) => {
    expect(refusal({ [given]: 1 })).toBe(`batch "rate": there is no option "${given}". Did you mean "${meant}"?`);
  });

  it.each([
    ['cacheKeyFn', 'key'],
    ['maxBatchSize', 'maxSize'],
    ['batchScheduleFn', 'window'],
    ['timeoutMs', 'timeout'],
    ['maxAge', 'ttl'],
    ['abortSignal', 'signal'],
    ['limit', 'concurrency'],
  ])('that another library has gets the name that it has here: %s is %s', (given, meant) => {
    expect(refusal({ [given]: 1 })).toMatch(`Did you mean "${meant}"?`);
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
  ])('gets a hint only of what is an option there: %s of %p is %s', (given, options, meant) => {
    expect(refusal({ [given]: 1 }, options)).toMatch(`Did you mean "${meant}"?`);
  });

  it('that every object inherits is no hint and no option', () => {
    expect(refusal({ constructor: 1 })).toMatch('there is no option "constructor". The options are');
    expect(refusal({ toString: 1 }, ['key'])).toMatch('there is no option "toString". The option is key.');
  });
});
