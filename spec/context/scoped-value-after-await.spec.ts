/** A ScopedValue has the override of its task after an `await` as well, in each of many concurrent tasks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { from, mergeMap, of, timer } from 'rxjs';
import { batch, Future, run, Scope, ScopedValue, task, within } from 'sluice';

const language = new ScopedValue('en');

const ways: Readonly<Record<string, () => unknown>> = {
  'an await': async () => {
    await Promise.resolve();
    return language.get();
  },
  'an await of a timer': async () => {
    await sleep(1);
    return language.get();
  },
  'an await of a batch': async () => {
    await batch((keys: readonly number[]) => keys)(1);
    return language.get();
  },
  'a promise callback': () => Promise.resolve().then(() => language.get()),
  'a timer callback': () => new Promise((resolve) => setTimeout(() => resolve(language.get()), 1)),
  'an operator after a timer': () => timer(1).pipe(mergeMap(() => of(language.get()))),
  'an operator after a promise': () => from(Promise.resolve()).pipe(mergeMap(() => of(language.get()))),
};

it.each(Object.entries(ways))('an override is visible after %s', async (_, way) => {
  const read = task(way);
  const seen = await Promise.all([
    within(language.override('fr'), read()),
    read(),
    within(language.override('de'), within(new ScopedValue(0).override(1), read())),
  ]);
  expect(seen).toEqual(['fr', 'en', 'de']);
});

it('the value after an await is that of the innermost override, and later that of the outer one', async () => {
  const inner = task(async () => (await Promise.resolve(), language.get()));
  const outer = task(async () => {
    await Promise.resolve();
    const inside = await within(language.override('de'), inner());
    return [inside, language.get()];
  });
  expect(await within(language.override('fr'), outer())).toEqual(['de', 'fr']);
  expect(language.get()).toBe('en');
});

it('set() after an await changes the value of its own task only', async () => {
  const write = task(async (value: string) => {
    await Promise.resolve();
    language.set(value);
    await sleep(1);
    return language.get();
  });
  const seen = await Promise.all([
    within(language.override('fr'), write('français')),
    within(language.override('de'), write('deutsch')),
  ]);
  expect([...seen, language.get()]).toEqual(['français', 'deutsch', 'en']);
});

it('an override is visible in tasks that an async function calls after an await', async () => {
  const read = task(function* () {
    yield timer(1);
    return language.get();
  });
  const late = task(async () => (await Promise.resolve(), read()));
  expect(await Promise.all([within(language.override('fr'), late()), late()])).toEqual(['fr', 'en']);
});

it('an override is visible neither in a resolver nor in other work', async () => {
  const seen: string[] = [];
  const ask = batch(async (keys: readonly number[]) => {
    await Promise.resolve();
    seen.push(language.get());
    return keys;
  });
  await within(language.override('fr'), task(async () => (await Promise.resolve(), ask(1)))());
  await run([Future.defer(async () => (await Promise.resolve(), seen.push(language.get())))]);
  await using scope = new Scope();
  await scope.start(async () => (await Promise.resolve(), seen.push(language.get())));
  expect(seen).toEqual(['en', 'en', 'en']);
});
