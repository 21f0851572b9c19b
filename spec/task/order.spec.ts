import { map, Subject } from 'rxjs';
import { all, AsyncValue, batch, Future, task } from 'sluice';
import { record } from '../support/recording-observer';

const double = batch((ns: readonly number[]) => ns.map((n) => n * 2));

describe('the order of tasks', () => {
  it('is depth first, left to right, on start', () => {
    const log: string[] = [];
    const tree = task(function* (name: string, depth: number): Generator<unknown, unknown> {
      log.push(name);
      return depth === 0 ? yield* double(1) : yield* all([tree(`${name}l`, depth - 1), tree(`${name}r`, depth - 1)]);
    });
    tree('', 2).block();
    expect(log).toEqual(['', 'l', 'll', 'lr', 'r', 'rl', 'rr']);
  });
  it('is first in, first out, on resume', () => {
    const log: string[] = [];
    const [slow, fast] = [new AsyncValue<number>(), new AsyncValue<number>()];
    const waiter = task(function* (name: string, ...values: readonly AsyncValue<number>[]) {
      for (const value of values) yield* value;
      log.push(name);
    });
    const setter = task(function* () {
      yield* double(1);
      fast.set(1);
      slow.set(1);
      log.push('setter');
    });
    all([waiter('a', slow), waiter('b', fast), waiter('c', slow, fast), setter()]).block();
    expect(log).toEqual(['setter', 'b', 'a', 'c']);
  });
  it('resumes a parent at once when its child ends without a suspension', () => {
    const log: string[] = [];
    const child = task(function* (name: string) {
      log.push(`child of ${name}`);
      yield null;
    });
    const parent = task(function* (name: string) {
      yield* child(name);
      log.push(name);
    });
    all([parent('a'), parent('b')]).block();
    expect(log).toEqual(['child of a', 'a', 'child of b', 'b']);
  });
  it('resumes the tasks that wait for one flush in the order of their keys', () => {
    const log: number[] = [];
    const loading = task(function* (n: number) {
      yield* double(n);
      log.push(n);
    });
    all([3, 1, 2].map(loading)).block();
    expect(log).toEqual([3, 1, 2]);
  });
  it('is the same in each run', () => {
    const run = (): string[] => {
      const log: string[] = [];
      const walk = task(function* (name: string, n: number): Generator<unknown, void> {
        log.push(`${name} ${String(n)}`);
        if (n === 0) return;
        yield* double(n);
        yield [walk(`${name}a`, n - 1), walk(`${name}b`, n - 1)];
        log.push(`${name} end`);
      });
      walk('', 4).block();
      return log;
    };
    expect(run()).toEqual(run());
  });
});

describe('re-entrancy', () => {
  it('runs a task that the body of another task subscribes to before subscribe returns', () => {
    const log: string[] = [];
    const inner = task(function* () {
      log.push('inner');
      yield null;
      return 1;
    });
    task(function* () {
      inner().subscribe((n) => log.push(`inner returned ${String(n)}`));
      log.push('outer');
    })().block();
    expect(log).toEqual(['inner', 'inner returned 1', 'outer']);
  });
  it('lets a task that the body of another task subscribes to join the same flush', () => {
    const flushes: unknown[] = [];
    const subscription = double.flushes$.subscribe(({ keys }) => flushes.push(keys));
    task(function* () {
      double(1).subscribe();
      yield* double(2);
    })().block();
    subscription.unsubscribe();
    expect(flushes).toEqual([[1, 2]]);
  });
  it('runs a task that is subscribed to in the next handler of another', () => {
    const received: unknown[] = [];
    const plus = task(function* (n: number) {
      return (yield* Future.of(n)) + 1;
    });
    plus(1).subscribe((n) => received.push(n, record(plus(n)).notifications));
    expect(received).toEqual([2, ['next 3', 'complete']]);
  });
  it('resumes a task whose Subject another task sets once that other task has suspended', () => {
    const log: string[] = [];
    const source = new Subject<number>();
    const waiter = task(function* () {
      log.push(`waiter received ${String(yield* Future.from(source))}`);
    });
    const sender = task(function* () {
      source.next(7);
      source.complete();
      log.push('sender continues');
      yield* double(1);
      log.push('sender ends');
    });
    all([waiter(), sender()]).block();
    expect(log).toEqual(['sender continues', 'waiter received 7', 'sender ends']);
  });
  it('does not pass the error of a subscriber to the task', () => {
    const { notifications } = record(
      Future.of(1).pipe(
        map(() => {
          throw new Error('mine');
        }),
      ),
    );
    expect(notifications).toEqual(['error Error: mine']);
    expect(double(1).block()).toBe(2);
  });
});
