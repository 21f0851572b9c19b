/** Unprintable characters of names and keys, which may come from untrusted input, are escaped in messages, stacks and dumps. */
import { NEVER } from 'rxjs';
import { batch, BatchScheduler, DeadlineError, dumpTasks, Scope, scoped, ScopeError, stream, task } from 'sluice';
import { describe as describeValue } from '../../src/core/describe';
import { printable } from '../../src/core/printable';

const ESC = '\u001b';
const FORGED = `${ESC}]0;owned\u0007${ESC}[2J\u009b31m\u202e\n└─ task "forged"\u2028`;

const isClean = (text: string): boolean => !/[\p{C}\u2028\u2029]/u.test(text.replaceAll('\n', ''));

const named = <F extends (...args: never[]) => unknown>(fn: F, name = FORGED): F =>
  Object.defineProperty(fn, 'name', { value: name });

const failure = async (of: PromiseLike<unknown>): Promise<Error> =>
  of.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error as Error,
  );

describe('printable escapes unprintable characters', () => {
  it.each([
    ['a plain name, ü, 名 and 😀', 'a plain name, ü, 名 and 😀'],
    [`${ESC}[2J`, '\\u{1b}[2J'],
    ['\u009b31m', '\\u{9b}31m'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['a\nb\rc\td', 'a\\u{a}b\\u{d}c\\u{9}d'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['\ud800', '\\u{d800}'],
    ['\u007f\u0000', '\\u{7f}\\u{0}'],
  ])('%j becomes %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

describe('the description of a value', () => {
  it.each([
    ['text', FORGED],
    ['a symbol', Symbol(FORGED)],
    ['an error', new Error(FORGED)],
    ['a function', named(() => 1)],
    ['an instance', Object.create({ constructor: named(() => 1) }) as object],
    ['a record', { [FORGED]: FORGED }],
  ])('contains no unprintable character: %s', (_, value) => {
    expect(isClean(describeValue(value))).toBe(true);
    expect(describeValue(value)).not.toContain('\n');
  });
});

describe('the text of dumpTasks', () => {
  it('cannot be forged by the names of tasks, batches, scopes, schedulers and keys', () => {
    const hang = batch(() => NEVER, { name: `tenant ${FORGED}` });
    const scheduler = new BatchScheduler({ name: FORGED });
    const page = task(
      named(function* () {
        yield hang('\u009b31m\u202e');
      }),
    );
    const running = page().subscribe();
    const inScope = scoped(() => NEVER, { name: FORGED, scheduler }).subscribe();
    const text = dumpTasks(() => undefined);
    running.unsubscribe();
    inScope.unsubscribe();
    expect(isClean(text)).toBe(true);
    expect(text).not.toMatch(/^[^a-z]*task "forged"/m);
    expect(text).toContain('u{1b}');
  });
});

describe('an error', () => {
  const missing = batch((): Map<string, string> => new Map(), { name: FORGED });

  it('and its stack show names and keys escaped', async () => {
    const page = task(
      named(function* () {
        return yield* missing(FORGED);
      }),
    );
    const { message, stack = '' } = await failure(page());
    expect(isClean(message)).toBe(true);
    expect(message).not.toContain('\n');
    expect(isClean(stack)).toBe(true);
    expect(stack).not.toMatch(/^\s*└─/m);
  });

  it('about the yield of a task, or about the body of a stream or task, shows names escaped', async () => {
    const wrong = task(
      named(function* () {
        yield 5;
      }),
    );
    expect(isClean((await failure(wrong())).message)).toBe(true);
    expect(() =>
      stream(
        named(async function* () {
          yield await Promise.resolve(1);
        }) as never,
      ),
    ).toThrow('u{1b}');
    expect(() =>
      task(
        named(async function* () {
          yield await Promise.resolve(1);
        }) as never,
      ),
    ).toThrow('u{1b}');
  });

  it('of a scope shows the names of scopes and of failures escaped, on one line', async () => {
    const scope = new Scope({ name: FORGED });
    scope.ensure(() => {
      throw new Error(FORGED);
    });
    const error = await failure(scope.close());
    expect(error).toBeInstanceOf(ScopeError);
    expect(isClean(error.message)).toBe(true);
    expect(error.message).not.toContain('\n');
    const late = await failure(scoped(() => NEVER, { name: FORGED, timeout: 0 }));
    expect(late).toBeInstanceOf(DeadlineError);
    expect(isClean(late.message)).toBe(true);
  });
});
