/**
 * Why each batch went just then, as a trace says it.
 */
import { timer } from 'rxjs';
import { all, batch, batchScheduler, feedersFirst, Future, task } from 'sluice';
import { after, atOnce } from '../support/batches';
import { virtualScheduler } from '../support/virtual-time';
import { ofType, recordEvents, recordEventsWhile } from './record-events';

type Program = Parameters<typeof recordEvents>[0];

const flushesOf = (program: Program): unknown[] =>
  ofType(recordEvents(program), 'batch-flush').map(({ reason, keys, at }) => [reason, keys.join(), at]);

describe('the flush reason of a batch', () => {
  it('is "quiescent" when no task can go on', () => {
    expect(flushesOf(() => all([after(1)('a')]).subscribe())).toEqual([['quiescent', '"a"', 0]]);
  });

  it('is "window" when its window ends', () => {
    const ask = after(1, { window: 7 });
    expect(
      flushesOf(({ at }) => {
        ask('a').subscribe();
        at(6, () => void ask('b').subscribe());
        at(8, () => void ask('c').subscribe());
      }),
    ).toEqual([
      ['window', '"a","b"', 7],
      ['window', '"c"', 15],
    ]);
  });

  it('is "full" when it has maxSize keys', () => {
    const ask = after(1, { maxSize: 2, window: 9 });
    expect(flushesOf(() => ask.many(['a', 'b', 'c']).subscribe())).toEqual([
      ['full', '"a","b"', 0],
      ['window', '"c"', 9],
    ]);
  });

  it('is "full" if a full batch had to wait for concurrency', () => {
    const ask = after(5, { maxSize: 1, concurrency: 1 });
    expect(flushesOf(() => ask.many(['a', 'b']).subscribe())).toEqual([
      ['full', '"a"', 0],
      ['full', '"b"', 5],
    ]);
  });

  it('is "hold-elapsed" when its hold time ends', () => {
    const ask = after(1, { hold: 5 });
    const busy = task(function* busy() {
      yield timer(20);
    });
    expect(flushesOf(() => all([busy(), ask('a')]).subscribe())).toEqual([['hold-elapsed', '"a"', 5]]);
  });

  it('comes with the names of the functions that the batch was held for', () => {
    const { clock, scheduler } = virtualScheduler({ policy: feedersFirst });
    const nameOf = batch((ids: readonly number[]) => ids, { name: 'nameOf' });
    const authorOf = batch((ids: readonly number[]) => ids, { name: 'authorOf', feeds: [nameOf] });
    const recorded = recordEvents(() => {
      scheduler.schedule(() => all([nameOf(1), authorOf(2)]).subscribe());
      clock.flush();
    });
    expect(ofType(recorded, 'batch-flush').map(({ batch: name, heldFor }) => [name, heldFor])).toEqual([
      ['authorOf', undefined],
      ['nameOf', ['authorOf']],
    ]);
  });

  it('is "quiescent" if the tasks it was held for have joined', () => {
    const ask = after(1, { hold: 50 });
    const late = task(function* late() {
      yield timer(20);
      return yield* ask('b');
    });
    expect(flushesOf(() => all([late(), ask('a')]).subscribe())).toEqual([['quiescent', '"a","b"', 20]]);
  });

  it('is "forced" if a caller blocks', async () => {
    const ask = atOnce({ window: 3_600_000 });
    const recorded = await recordEventsWhile(() => Future.of(ask('a').block()));
    expect(ofType(recorded, 'batch-flush').map(({ reason }) => reason)).toEqual(['forced']);
  });

  it('is "forced" if scheduler.flush() is called', async () => {
    const ask = atOnce({ hold: 3_600_000 });
    const recorded = await recordEventsWhile(() => {
      const asked = ask('a').start();
      batchScheduler.flush();
      return asked;
    });
    expect(ofType(recorded, 'batch-flush').map(({ reason }) => reason)).toEqual(['forced']);
  });

  it('does not exist if all keys were cancelled: the trace has no flush', () => {
    const ask = after(1, { window: 5 });
    expect(
      flushesOf(({ at }) => {
        const asked = ask('a').subscribe();
        at(2, () => asked.unsubscribe());
      }),
    ).toEqual([]);
  });
});

describe('a flush', () => {
  it('lists its keys in the order of the requests, and each of its tasks once', () => {
    const ask = after(1);
    const one = task(function* one() {
      return yield* all([ask('b'), ask('a'), ask('b')]);
    });
    const other = task(function* other() {
      return yield* ask('a');
    });
    const recorded = recordEvents(() => all([one(), other(), ask('c')]).subscribe());
    const [flush] = ofType(recorded, 'batch-flush');
    expect(flush?.keys).toEqual(['"b"', '"a"', '"c"']);
    expect(flush?.tasks).toEqual([1, 3]);
  });

  it('lists neither cancelled keys nor their tasks', () => {
    const ask = after(1);
    const visit = task(function* visit(key: string) {
      return yield* ask(key);
    });
    const recorded = recordEvents(() => {
      visit('a').subscribe();
      visit('b').subscribe().unsubscribe();
    });
    const [flush] = ofType(recorded, 'batch-flush');
    expect([flush?.keys, flush?.tasks]).toEqual([['"a"'], [1]]);
  });
});
