/** A value that leads back to itself is refused, as native promises refuse it, and never blocks the event loop. */
import { AsyncValue, batch, Future, Scope } from 'sluice';

const CYCLE = /Chaining cycle detected: .* has a value that leads back to it\. /;
const empty = (): AsyncValue<unknown> => new AsyncValue();

/** The outcome of a wait, or `waits` after 20 ms. */
const endOf = (value: AsyncValue<unknown>): Promise<unknown> =>
  Promise.race([
    value.then(
      () => 'fulfilled',
      (error: unknown) => String(error),
    ),
    new Promise((resolve) => setTimeout(resolve, 20, 'waits')),
  ]);

describe('an AsyncValue cannot be set to', () => {
  it('itself, and can be set to another value after that', () => {
    const value = empty();
    expect(() => value.set(value)).toThrow(CYCLE);
    expect(value.isSet).toBe(false);
    value.set(1);
    expect(value.value).toBe(1);
  });

  it.each([2, 3, 1_000])('the first of %d values that lead to it', (count) => {
    const values = Array.from({ length: count }, empty);
    values.slice(1).forEach((value, index) => values[index]?.set(value));
    expect(() => values.at(-1)?.set(values[0])).toThrow(TypeError);
    expect(() => values.at(-1)?.set(values[0])).toThrow(CYCLE);
  });

  it('itself once it is settled; the error is then an AlreadySetError', () => {
    const value = empty();
    value.set(1);
    expect(() => value.set(value)).toThrow('already settled');
  });
});

it('an AsyncValue can be set to another one that does not lead back to it', async () => {
  const [outer, inner] = [empty(), empty()];
  outer.set(inner);
  inner.set(7);
  expect(outer.value).toBe(inner);
  expect(await outer).toBe(7);
});

it('a chain of 100 000 AsyncValues is set in linear time', () => {
  const values = Array.from({ length: 100_000 }, empty);
  for (const [index, value] of values.entries()) value.set(values[index - 1]);
  expect(values.at(-1)?.value).toBe(values.at(-2));
});

describe('an AsyncValue set to a value that waits for the same AsyncValue', () => {
  it.each<[string, (value: AsyncValue<unknown>) => unknown, unknown]>([
    ['a thenable: the wait fails', (value) => ({ then: (resolve: (one: unknown) => void) => resolve(value) }), CYCLE],
    ['a promise: the wait continues, as with two promises', (value) => value.then(), /^waits$/],
    ['a future: the wait fails', (value) => Future.from(value), CYCLE],
    [
      'a thenable that resolves later: the wait fails',
      (value) => ({ then: (resolve: (one: unknown) => void) => void setTimeout(resolve, 1, value) }),
      CYCLE,
    ],
  ])('%s', async (_, waiting, end) => {
    const value = empty();
    value.set(waiting(value));
    expect(await endOf(value)).toMatch(end as RegExp);
  });

  it('two thenables that lead to each other stay pending, as two promises do, and do not block the event loop', async () => {
    const [one, other] = [empty(), empty()];
    one.set({ then: (resolve: (value: unknown) => void) => resolve(other) });
    other.set({ then: (resolve: (value: unknown) => void) => resolve(one) });
    expect(await endOf(one)).toBe('waits');
  });
});

it('an AsyncValue calls the `then` of its value once for all waiters', async () => {
  let asked = 0;
  const value = new AsyncValue<PromiseLike<number>>();
  value.set({
    then: (resolve: (value: number) => void) => {
      asked++;
      resolve(7);
    },
  } as PromiseLike<number>);
  expect(await Promise.all([value, value, value])).toEqual([7, 7, 7]);
  expect(asked).toBe(1);
});

describe('work that returns its own AsyncValue', () => {
  it('fails, as started work', async () => {
    const cell = new AsyncValue<unknown>();
    const work: AsyncValue<unknown> = Future.from(cell).start();
    cell.set(work);
    expect(work.error).toEqual(expect.objectContaining({ message: expect.stringMatching(CYCLE) as string }));
    expect(await endOf(work)).toMatch('TypeError: Chaining cycle detected: started work has a value');
  });

  it('fails, as a task of a scope', async () => {
    const scope = new Scope();
    const cell = new AsyncValue<unknown>();
    const work: AsyncValue<unknown> = scope.start<unknown>(() => Future.from(cell));
    cell.set(work);
    expect(await endOf(work)).toMatch(/^TypeError: Chaining cycle detected: task ".*" of scope ".*" has a value/);
    await scope.close();
  });
});

describe('an awaited key whose early value is its own future', () => {
  it('fails', async () => {
    const futures: Future<unknown>[] = [];
    const load = batch<number, unknown>((ids, flush) => ids.forEach((id) => flush.succeed(id, futures[0])));
    futures.push(load(1));
    await expect(async () => futures[0]).rejects.toThrow(CYCLE);
  });
});
