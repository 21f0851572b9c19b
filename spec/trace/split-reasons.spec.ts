/** The split reason in a trace: why a key opened a new batch instead of joining an earlier one. */
import { filter, Subscription, timer } from 'rxjs';
import { all, BatchScheduler, task, type AsyncValue } from 'sluice';
import { trace$ } from 'sluice/trace';
import { after } from '../support/batches';
import { testScheduler } from '../support/virtual-time';
import { ofType, recordEvents } from './record-events';

type Program = Parameters<typeof recordEvents>[0];

const apartOf = (program: Program): unknown[] => ofType(recordEvents(program), 'batch-open').map(({ split }) => split);

describe('the split reason of a batch', () => {
  it('is "already-flushed" with what the asking task waited for at the flush', () => {
    const [idOf, nameOf] = [after(2, { name: 'idOf' }), after(2, { name: 'nameOf' })];
    const quick = task(function* quick() {
      return yield* nameOf('a');
    });
    const slow = task(function* slow() {
      return yield* nameOf(yield* idOf('b'));
    });
    expect(apartOf(() => all([quick(), slow()]).subscribe())).toEqual([
      undefined,
      undefined,
      {
        because: 'already-flushed',
        from: 2,
        detail: 'the earlier batch was flushed (quiescent) while task "slow" waited for idOf',
      },
    ]);
  });

  it('is "already-flushed" with an Observable that the task waited for', () => {
    const nameOf = after(2, { name: 'nameOf' });
    const slow = task(function* slow() {
      yield timer(1);
      return yield* nameOf('b');
    });
    const [, split] = apartOf(() => all([nameOf('a'), slow()]).subscribe());
    expect(split).toEqual({
      because: 'already-flushed',
      from: 1,
      detail: expect.stringMatching(
        /^the earlier batch was flushed \(quiescent\) while task "slow" waited for an Observable/,
      ) as string,
    });
  });

  it('is "already-flushed" with the wait of the caller if the task had not begun at the flush', () => {
    const nameOf = after(2, { name: 'nameOf' });
    const inner = task(function* inner() {
      return yield* nameOf('b');
    });
    const outer = task(function* outer() {
      yield timer(1);
      return yield* inner();
    });
    const [, split] = apartOf(() => all([nameOf('a'), outer()]).subscribe());
    expect(split).toMatchObject({
      because: 'already-flushed',
      detail: expect.stringContaining('task "outer" waited for') as string,
    });
  });

  it('is "already-flushed" for each batch of a loop', () => {
    const nameOf = after(2, { name: 'nameOf' });
    const loop = task(function* loop() {
      for (const key of ['a', 'b', 'c']) yield* nameOf(key);
    });
    expect(apartOf(() => loop().subscribe())).toEqual([
      undefined,
      {
        because: 'already-flushed',
        from: 2,
        detail: 'the earlier batch was flushed (quiescent) while task "loop" waited for nameOf',
      },
      {
        because: 'already-flushed',
        from: 3,
        detail: 'the earlier batch was flushed (quiescent) while task "loop" waited for nameOf',
      },
    ]);
  });

  it('is "full" if the earlier batch was full', () => {
    const nameOf = after(2, { name: 'nameOf', maxSize: 2 });
    const visit = task(function* visit() {
      yield* nameOf.many(['a', 'b', 'c']);
    });
    expect(apartOf(() => visit().subscribe())).toEqual([
      undefined,
      { because: 'full', from: 2, detail: 'the earlier batch was full with 2 key(s)' },
    ]);
  });

  it('is "full" for keys that no task asks for', () => {
    const nameOf = after(2, { maxSize: 2 });
    expect(apartOf(() => nameOf.many(['a', 'b', 'c']).subscribe())).toEqual([
      undefined,
      expect.objectContaining({ because: 'full' }),
    ]);
  });

  it('is "partition" if the partitions differ', () => {
    const nameOf = after(2, { partition: (key) => key[0] });
    expect(apartOf(() => all(['a1', 'b1', 'a2'].map((key) => nameOf(key))).subscribe())).toEqual([
      undefined,
      { because: 'partition', from: 1, detail: 'the earlier batch has partition "a", this one "b"' },
    ]);
  });

  it('is "scheduler" if the schedulers differ', () => {
    const nameOf = after(2, { window: 5 });
    const split = apartOf(() => {
      nameOf('a').subscribe();
      new BatchScheduler({ name: 'other' }).schedule(() => nameOf('b').subscribe());
    });
    expect(split).toEqual([
      undefined,
      { because: 'scheduler', from: 1, detail: 'the earlier batch belongs to scheduler "batchScheduler"' },
    ]);
  });
});

describe('a batch has no split reason', () => {
  it('if the asking task had not begun at the flush of the earlier batch', () => {
    const nameOf = after(2);
    const visit = task(function* visit(key: string) {
      return yield* nameOf(key);
    });
    expect(
      apartOf(({ at }) => {
        visit('a').subscribe();
        at(1, () => void visit('b').subscribe());
      }),
    ).toEqual([undefined, undefined]);
  });

  it('if the asking task had not begun when the earlier batch was flushed full', () => {
    const nameOf = after(2, { maxSize: 1 });
    const visit = task(function* visit(key: string) {
      return yield* nameOf(key);
    });
    expect(
      apartOf(({ at }) => {
        visit('a').subscribe();
        at(100, () => void visit('b').subscribe());
      }),
    ).toEqual([undefined, undefined]);
  });

  it('if no task asks for its key', () => {
    const nameOf = after(2);
    expect(
      apartOf(({ at }) => {
        nameOf('a').subscribe();
        at(1, () => void nameOf('b').subscribe());
      }),
    ).toEqual([undefined, undefined]);
  });

  it('if the earlier batch is of another function', () => {
    const [one, other] = [after(2, { name: 'same' }), after(2, { name: 'same' })];
    const visit = task(function* visit() {
      yield* one('a');
      yield* other('a');
    });
    expect(apartOf(() => visit().subscribe())).toEqual([undefined, undefined]);
  });

  it('if all keys of the earlier batch were cancelled before its flush', () => {
    const nameOf = after(2, { window: 5 });
    const visit = task(function* visit() {
      const left = nameOf('a').subscribe();
      yield timer(1);
      left.unsubscribe();
      yield* nameOf('b');
    });
    expect(apartOf(() => visit().subscribe())).toEqual([undefined, undefined]);
  });
});

describe('a batch whose keys were all cancelled before its flush', () => {
  it('is no split reason for a later batch, in any partition', () => {
    const nameOf = after(2, { window: 5, partition: (key) => key });
    expect(
      apartOf(() => {
        nameOf('a').subscribe().unsubscribe();
        nameOf('b').subscribe();
      }),
    ).toEqual([undefined, undefined]);
  });
});

describe('the search for the split reason', () => {
  it('ends if tasks wait for each other', () => {
    const nameOf = after(0);
    const late = task(function* late() {
      yield timer(2);
      yield* nameOf('b');
      yield timer(2);
      return yield* nameOf('c');
    });
    let landings = 0;
    const lookOn = (): Subscription =>
      trace$.pipe(filter(({ type }) => type === 'batch-land')).subscribe(() => landings++);
    testScheduler().run(({ flush }) => {
      const one: AsyncValue<unknown> = task(function* one() {
        yield timer(0);
        return yield [other, late()];
      })().start();
      const other: AsyncValue<unknown> = task(function* other() {
        yield timer(0);
        return yield* one;
      })().start();
      const looksOn = new Subscription();
      // Of those that have begun before, the trace knows no beginning.
      timer(1).subscribe(() => looksOn.add(lookOn()));
      flush();
      looksOn.unsubscribe();
    });
    expect(landings).toBe(2);
  });
});
