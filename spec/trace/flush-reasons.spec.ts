/**
 * Why each batch went just then, as a trace says it.
 */
import { timer } from 'rxjs';
import { all, batchScheduler, Future, task } from 'sluice';
import { after, atOnce } from '../support/batches';
import { ofType, toldOf, toldWhile } from './told';

type Program = Parameters<typeof toldOf>[0];

const flushesOf = (program: Program): unknown[] =>
  ofType(toldOf(program), 'batch-flush').map(({ reason, keys, at }) => [reason, keys.join(), at]);

describe('a batch goes', () => {
  it('quiescent: when nothing else can run', () => {
    expect(flushesOf(() => all([after(1)('a')]).subscribe())).toEqual([['quiescent', '"a"', 0]]);
  });

  it('by its window: when that is over', () => {
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

  it('full: when it has as many keys as it may', () => {
    const ask = after(1, { maxSize: 2, window: 9 });
    expect(flushesOf(() => ask.many(['a', 'b', 'c']).subscribe())).toEqual([
      ['full', '"a","b"', 0],
      ['window', '"c"', 9],
    ]);
  });

  it('full, and later, where it had to wait for room', () => {
    const ask = after(5, { maxSize: 1, concurrency: 1 });
    expect(flushesOf(() => ask.many(['a', 'b']).subscribe())).toEqual([
      ['full', '"a"', 0],
      ['full', '"b"', 5],
    ]);
  });

  it('hold over: when it has been held for others as long as it may', () => {
    const ask = after(1, { hold: 5 });
    const busy = task(function* busy() {
      yield timer(20);
    });
    expect(flushesOf(() => all([busy(), ask('a')]).subscribe())).toEqual([['hold-elapsed', '"a"', 5]]);
  });

  it('quiescent where those it was held for have come', () => {
    const ask = after(1, { hold: 50 });
    const late = task(function* late() {
      yield timer(20);
      return yield* ask('b');
    });
    expect(flushesOf(() => all([late(), ask('a')]).subscribe())).toEqual([['quiescent', '"a","b"', 20]]);
  });

  it('forced: where somebody blocks', async () => {
    const ask = atOnce({ window: 3_600_000 });
    const told = await toldWhile(() => Future.of(ask('a').block()));
    expect(ofType(told, 'batch-flush').map(({ reason }) => reason)).toEqual(['forced']);
  });

  it('forced: where its scheduler is told to flush', async () => {
    const ask = atOnce({ hold: 3_600_000 });
    const told = await toldWhile(() => {
      const asked = ask('a').start();
      batchScheduler.flush();
      return asked;
    });
    expect(ofType(told, 'batch-flush').map(({ reason }) => reason)).toEqual(['forced']);
  });

  it('never, where all have left it: nothing is told of a flush', () => {
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
  it('has all its keys, in the order they were asked for, and the tasks it serves, each once', () => {
    const ask = after(1);
    const one = task(function* one() {
      return yield* all([ask('b'), ask('a'), ask('b')]);
    });
    const other = task(function* other() {
      return yield* ask('a');
    });
    const told = toldOf(() => all([one(), other(), ask('c')]).subscribe());
    const [flush] = ofType(told, 'batch-flush');
    expect(flush?.keys).toEqual(['"b"', '"a"', '"c"']);
    expect(flush?.tasks).toEqual([1, 3]);
  });

  it('has neither keys nor tasks that have left', () => {
    const ask = after(1);
    const visit = task(function* visit(key: string) {
      return yield* ask(key);
    });
    const told = toldOf(() => {
      visit('a').subscribe();
      visit('b').subscribe().unsubscribe();
    });
    const [flush] = ofType(told, 'batch-flush');
    expect([flush?.keys, flush?.tasks]).toEqual([['"a"'], [1]]);
  });
});
