/** Invalid options and arguments throw a TypeError before anything starts. */
import { of } from 'rxjs';
import { Scope, scoped, type ScopeConfig } from 'sluice';
import { thrownBy } from '../support/recording-observer';
import { openScope } from './reports';

const delay = 'a number of ms from 0 to 2147483647, or Infinity';
const count = 'a whole number, 0 or more, or Infinity';

/** Each option, with invalid values, and what it must be. */
const options: readonly (readonly [keyof ScopeConfig, readonly unknown[], string])[] = [
  ['name', [null, 7, {}], 'a string'],
  ['exitMode', [null, 'abort', true], "'wait', 'cancel' or 'throw'"],
  ['errorMode', [null, 'throw', 0], "'cancel', 'continue' or 'abort'"],
  ['timeout', [null, -1, NaN, '5', 2 ** 31], delay],
  ['grace', [null, -1, NaN, '5', 2 ** 31], delay],
  ['concurrency', [null, -1, 1.5, NaN, '2', -Infinity], count],
  ['shield', [null, 0, 'yes'], 'true or false'],
  ['signal', [null, {}, new AbortController()], 'an AbortSignal'],
  ['scheduler', [null, {}, 'asap'], 'a BatchScheduler'],
];
const wrongs = options.flatMap(([option, values, mustBe]) => values.map((value) => [option, value, mustBe] as const));
const makers: readonly (readonly [string, (config: ScopeConfig) => unknown])[] = [
  ['new Scope', (config) => openScope(config)],
  ['fork', (config) => openScope().fork(config)],
  ['scoped', (config) => scoped(() => 1, config)],
];

describe.each(makers)('%s', (_, make) => {
  it.each(wrongs)('refuses the option %s with the value %p', (option, value, mustBe) => {
    const error = thrownBy(() => make({ [option]: value }));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(`Scope: expected \`${option}\` to be ${mustBe}; got `);
  });

  it.each([null, 7, 'config'])('refuses a config that is %p', (config) => {
    expect(() => make(config as never)).toThrow(/^Scope: expected its config to be an object of options; got /);
  });

  it('accepts the ends of each range', () => {
    for (const config of [{ timeout: 0 }, { timeout: 2 ** 31 - 1 }, { grace: 0 }, { concurrency: 0 }, { name: '' }]) {
      const made = make(config);
      if (made instanceof Scope) void made.close();
    }
  });
});

it('an invalid value for concurrency leaves the old value', () => {
  const scope = openScope({ concurrency: 2 });
  expect(() => (scope.concurrency = -1)).toThrow(
    /^Scope: expected `concurrency` to be a whole number, .*; got -1 \(number\)/,
  );
  expect(scope.concurrency).toBe(2);
});

describe('work that a scope can run', () => {
  function* generator(): Generator<unknown, void> {
    yield of(1);
  }
  async function* asyncGenerator(): AsyncGenerator<number, void> {
    yield await Promise.resolve(1);
  }
  const callers: readonly (readonly [string, string, (work: never) => unknown, readonly unknown[]])[] = [
    ['Scope.start', 'work', (work) => openScope().start(work), []],
    ['Scope.ensure', 'finaliser', (work) => openScope().ensure(work), [of(1), Promise.resolve()]],
    ['scoped', 'body', (work) => scoped(work), [of(1), Promise.resolve()]],
  ];
  const invalid = [undefined, null, 7, 'text', [], {}, generator(), asyncGenerator];
  const cases = callers.flatMap(([caller, option, call, alsoInvalid]) =>
    [...invalid, ...alsoInvalid].map((work) => [caller, work, option, call] as const),
  );

  it.each(cases)('%s refuses %p with a TypeError that names the parameter', (caller, work, option, call) => {
    const error = thrownBy(() => call(work as never));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(new RegExp(`^${caller}: expected \`${option}\` to be a .*; got `));
  });

  it('refuses a generator object, and says to pass the generator function', () => {
    expect(() => openScope().start(generator() as never)).toThrow(/Pass the generator function itself/);
  });
  it('refuses an async generator function', () => {
    expect(() => scoped(asyncGenerator as never)).toThrow(
      /not an async generator function, whose result would be lost/,
    );
  });
});
