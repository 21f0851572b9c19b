/** Started work runs independently of its waiters. */
import { NEVER, of, Subject, timer } from 'rxjs';
import { all, AsyncValue, batch, BatchScheduler, Future, task, WouldBlockError } from 'sluice';
import { StartedFuture } from '../../src/future/started-future';
import { thrownBy } from '../support/recording-observer';

describe('started work', () => {
  it('runs at once until its first wait', () => {
    const log: string[] = [];
    const gate = new Subject<number>();
    const work = task(function* () {
      log.push('begun');
      log.push(`has ${String(yield gate)}`);
      return 'done';
    })().start();
    expect(log).toEqual(['begun']);
    gate.next(1);
    gate.complete();
    expect([log.at(-1), work.value]).toEqual(['has 1', 'done']);
  });

  it('runs once, with any number of waiters or none', () => {
    let runs = 0;
    const work = task(() => ++runs)().start();
    expect([work.block(), work.block(), runs]).toEqual([1, 1, 1]);
  });

  it('may end before start returns', () => expect(Future.of(1).start().value).toBe(1));

  it('keeps its error', () => {
    const no = new Error('no');
    expect(Future.fail(no).start().error).toBe(no);
  });

  it('shares a flush with other started work and with tasks', async () => {
    const asked: unknown[] = [];
    const ask = batch((keys: readonly number[]) => {
      asked.push([...keys]);
      return keys;
    });
    const [one, two] = [ask(1).start(), ask(2).start()];
    expect(await all([one, two, ask(3)])).toEqual([1, 2, 3]);
    expect(asked).toEqual([[1, 2, 3]]);
  });

  it('continues after the task that started it has ended', () => {
    const log: string[] = [];
    const gate = new AsyncValue<void>();
    const inner = task(function* () {
      yield* gate;
      log.push('inner');
    });
    const outer = task(function* () {
      inner().start();
      yield NEVER;
    });
    outer().subscribe().unsubscribe();
    gate.set();
    expect(log).toEqual(['inner']);
  });

  it('may be set by hand before it ends; its own result is then ignored', async () => {
    const work: AsyncValue<number> = Future.from<number>(timer(1)).start();
    work.set(7);
    await Future.from(timer(2));
    expect(work.value).toBe(7);
  });

  it('can be piped through operators', async () => {
    expect(await Future.from(of(1, 2)).start()).toBe(2);
  });
});

describe('the wait of started work', () => {
  const waits = () =>
    task(function* patience() {
      yield NEVER;
    })();

  it('is named in a WouldBlockError, on its scheduler and on others', () => {
    const own = waits().start();
    expect(() => own.block()).toThrow('task "patience"');
    const other = new StartedFuture(waits(), new BatchScheduler({ name: 'other' }));
    expect(() => other.block()).toThrow(/scheduler "other".*task "patience"/);
    for (const work of [own, other]) work.cancel();
  });

  it('may be for work of a scheduler that waits for it', () => {
    const [left, right] = [new BatchScheduler({ name: 'left' }), new BatchScheduler({ name: 'right' })];
    const holder: { right?: AsyncValue<unknown> } = {};
    const gate = new AsyncValue<void>();
    const one = new StartedFuture(
      task(function* () {
        yield* gate;
        yield holder.right;
      })(),
      left,
    );
    holder.right = new StartedFuture(
      task(function* () {
        yield* one;
      })(),
      right,
    );
    gate.set();
    expect(thrownBy(() => one.block())).toBeInstanceOf(WouldBlockError);
    one.cancel();
  });
});
