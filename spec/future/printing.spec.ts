/** Printing a future, or another object with user data, shows its type and its name, and no data. */
import { inspect } from 'node:util';
import { map } from 'rxjs';
import {
  all,
  AsyncList,
  AsyncValue,
  batch,
  batchScheduler,
  BatchScheduler,
  emit,
  Future,
  loop,
  run,
  Scope,
  scoped,
  allSettled,
  task,
  within,
  ScopedValue,
} from 'sluice';
import { dedupe, lazyConstant, mapBy, memoizeLru } from 'sluice/tools';
import { WorkerPool } from 'sluice/pool';

const SECRET = 'hunter2';

class Store extends Map<unknown, unknown> {
  readonly token = SECRET;
}

const login = task(function* login(name: string, password: string) {
  return [name, password];
});
const userOf = batch((names: readonly string[]) => [...names], {
  name: 'userOf',
  cache: new Store([[SECRET, SECRET]]),
});
const value = new AsyncValue<string>();
const setValue = new AsyncValue<string>();
setValue.set(SECRET);
const local = new ScopedValue(SECRET);
const pool = new WorkerPool({ name: 'threads', size: 0 });
const scope = new Scope({ name: 'request' });

afterAll(async () => {
  await pool.close();
  await scope.close();
});

const futures: readonly (readonly [string, object, string])[] = [
  ['of a task', login('ada', SECRET), 'a future of task "login"'],
  ['of a batch function', userOf(SECRET), 'a future of batch "userOf"'],
  ['of many keys', userOf.many([SECRET]), 'a future'],
  ['of all', all([login('ada', SECRET)]), 'a future'],
  ['of allSettled', allSettled({ of: login('ada', SECRET) }), 'a future'],
  ['of a value', Future.of(SECRET), 'a future'],
  ['of an error', Future.fail(new Error(SECRET)), 'a future'],
  ['of a promise', Future.from(Promise.resolve(SECRET)), 'a future'],
  ['of scoped', scoped(() => Future.of(SECRET)), 'a future of scoped()'],
  ['of dedupe', dedupe(login)('ada', SECRET), 'a future of task "login"'],
  ['of memoizeLru', memoizeLru(login)('ada', SECRET), 'a future of task "login"'],
  ['of lazyConstant', lazyConstant(() => SECRET), 'a lazyConstant'],
  ['of mapBy', mapBy([SECRET], (it) => it), 'a future'],
  ['of within', within(local.override(SECRET), Future.of(SECRET)), 'a future'],
  ['that is an AsyncValue', value, 'an AsyncValue'],
  ['that is an AsyncValue with a value', setValue, 'an AsyncValue'],
  ['that is an AsyncList', new AsyncList([setValue]), 'an AsyncValue'],
  ['that was started', userOf(SECRET).start(), 'an AsyncValue'],
  ['that is a run', run([login('ada', SECRET)]), 'an AsyncValue'],
  [
    'that is a call of a pool',
    pool.task(function parse(text: string) {
      return text;
    })(SECRET),
    'a call of task "parse"',
  ],
  ['that is an emission', emit(SECRET), 'an emission'],
];

describe.each(futures)('a future %s', (_, future, title) => {
  it('makes JSON.stringify throw an error that advises to await it', () => {
    expect(() => JSON.stringify(future)).toThrow(
      new TypeError(`JSON.stringify: expected a value; got ${title}. Await the future first, and serialize its value.`),
    );
    expect(() => JSON.stringify({ user: future })).toThrow(`expected a value at "user"; got ${title}.`);
    expect(() => JSON.stringify([[future]])).toThrow(`expected a value at "0"; got ${title}.`);
  });

  it('is printed as its type and its name', () => {
    expect(inspect(future)).toBe(title);
    expect(inspect({ user: future }, { depth: 9 })).toBe(`{ user: ${title} }`);
  });

  it('can be printed by tools that call toJSON without a key, as jest does', () => {
    expect((future as { toJSON(): unknown }).toJSON()).toBe(title);
  });
});

describe('an object that is not a future', () => {
  const requests = loop();
  afterAll(() => requests.close());
  const others: readonly (readonly [string, object, string])[] = [
    ['a BatchScheduler', new BatchScheduler({ name: 'request' }), 'BatchScheduler "request"'],
    ['the default scheduler', batchScheduler, 'BatchScheduler "batchScheduler"'],
    ['the scheduler of a loop', requests.scheduler, 'BatchScheduler "loop"'],
    ['a Scope', scope, 'Scope "request"'],
    ['a WorkerPool', pool, 'WorkerPool "threads"'],
  ];

  it.each(others)('%s is printed as its type and its name', (_, other, title) => {
    expect(inspect(other)).toBe(title);
    expect(JSON.stringify({ other })).toBe(JSON.stringify({ other: title }));
  });
});

it('an Observable that is piped from a future shows no data of it', () => {
  const piped = login('ada', SECRET).pipe(map((it) => it));
  expect(() => JSON.stringify(piped)).toThrow(
    'JSON.stringify: expected a value at "source"; got a future of task "login".',
  );
  expect(inspect(piped, { depth: 9 })).not.toContain(SECRET);
});

it('an object of sluice that is passed by mistake is named in the message', () => {
  expect(() => all([1, login('ada', SECRET)] as never)).toThrow('at [0]');
  expect(() => run(login('ada', SECRET) as never)).toThrow(
    'run() takes one array of futures: write run([a, b]), not run(a, b).',
  );
  expect(() => all(scope as never)).toThrow('got Scope "request" (object)');
});

/* eslint-disable rxjs-x/no-topromise -- toPromise of a future returns a Promise<T>, unlike RxJS's */
describe('toPromise', () => {
  it('returns a promise of the value, and runs the future once', async () => {
    let runs = 0;
    const counted = task(() => ++runs);
    const promise: Promise<number> = counted().toPromise();
    expect(promise).toBeInstanceOf(Promise);
    await expect(promise).resolves.toBe(1);
    await expect(setValue.toPromise()).resolves.toBe(SECRET);
    await expect(Future.fail(new RangeError('no')).toPromise()).rejects.toThrow(RangeError);
    expect(runs).toBe(1);
  });
});
