/** An AsyncList is one AsyncValue of many inputs. */
import { NEVER, of, timer } from 'rxjs';
import { AsyncList, AsyncValue, batch, CancelledError, Future, task } from 'sluice';
import { record } from '../support/recording-observer';

const no = new Error('no');
const other = new Error('other');
const cells = (count: number): AsyncValue<number>[] => Array.from({ length: count }, () => new AsyncValue<number>());

describe('an AsyncList', () => {
  it('is set when all inputs are, with the results in the order of the list', () => {
    const values = cells(3);
    const list = new AsyncList(values);
    const { notifications } = record(list);
    [2, 0, 1].forEach((index) => {
      expect([list.isSet, notifications]).toEqual([false, []]);
      values[index]?.set(index);
    });
    expect(list.value).toEqual([0, 1, 2]);
    expect(notifications).toEqual(['next 0,1,2', 'complete']);
  });

  it('is set to [] at once if it is empty', () => expect(new AsyncList([]).value).toEqual([]));

  it('is set at once if all inputs are', () => {
    const values = cells(2);
    values.forEach((value, index) => value.set(index));
    expect(new AsyncList(values).value).toEqual([0, 1]);
  });

  it('may contain one input twice', () => {
    const [value] = cells(1) as [AsyncValue<number>];
    const list = new AsyncList([value, value]);
    value.set(7);
    expect(list.value).toEqual([7, 7]);
  });

  it('starts its cold inputs once, all in one flush', () => {
    const asked: unknown[] = [];
    const ask = batch((keys: readonly number[]) => {
      asked.push([...keys]);
      return keys;
    });
    const list = new AsyncList([ask(1), ask(2)]);
    expect(list.block()).toEqual([1, 2]);
    expect(list.block()).toEqual([1, 2]);
    expect(asked).toEqual([[1, 2]]);
  });

  it('takes futures, Observables, promises and AsyncValues', async () => {
    const five = task(() => 5);
    expect(await new AsyncList<unknown>([five(), of(1, 2), Promise.resolve('a'), timer(1)])).toEqual([5, 2, 'a', 0]);
  });

  it('exposes its inputs as AsyncValues in `values`', () => {
    const [value] = cells(1) as [AsyncValue<number>];
    const list = new AsyncList([value, Future.of(1)]);
    expect(list.values[0]).toBe(value);
    expect(list.values[1]).toMatchObject({ value: 1 });
    value.set(1);
  });

  it('can be an input of another list', () => {
    const values = cells(2);
    const list = new AsyncList([new AsyncList(values), new AsyncList([Future.of(3)])]);
    values.forEach((value, index) => value.set(index));
    expect(list.value).toEqual([[0, 1], [3]]);
  });
});

describe('an AsyncList with failed inputs', () => {
  it.each([[[0, 1, 2]], [[2, 1, 0]]])(
    'fails with the error of the lowest index once all inputs are settled, in the order %p',
    (order) => {
      const values = cells(3);
      const list = new AsyncList(values);
      order.forEach((index) => {
        expect(list.isSet).toBe(false);
        if (index === 0) values[0]?.set(0);
        else values[index]?.fail(index === 1 ? no : other);
      });
      expect(list.error).toBe(no);
      expect(values[2]?.error).toBe(other);
    },
  );

  it('fails with undefined if an input does', () => {
    expect(new AsyncList([Future.of(1), Future.fail(undefined)])).toMatchObject({ isError: true, error: undefined });
  });

  it('marks that error as received, and no other', () => {
    const values = cells(3);
    const list = new AsyncList(values);
    values[0]?.fail(no);
    values[1]?.fail(other);
    values[2]?.fail(no);
    expect(list.error).toBe(no);
    expect(values.map(({ isReceived }) => isReceived)).toEqual([true, false, true]);
    expect(values[1]?.error).toBe(other);
  });
});

describe('an AsyncList that is cancelled', () => {
  it('cancels its inputs, and settles when they have ended', () => {
    const values = [new AsyncValue<number>(), Future.from(NEVER).start()];
    const list = new AsyncList<number>(values);
    list.cancel('why');
    expect(values.map(({ error }) => (error as CancelledError).reason)).toEqual(['why', 'why']);
    expect(list.error).toBe(values[0]?.error);
  });

  it('keeps the values that have arrived, and the first reason', () => {
    const values = cells(2);
    const list = new AsyncList(values);
    values[0]?.set(1);
    list.cancel('first');
    list.cancel('second');
    expect(values[0]?.value).toBe(1);
    expect(list.error).toMatchObject({ reason: 'first' });
  });

  it('waits for the asynchronous clean-up of its inputs', async () => {
    const log: string[] = [];
    const slow = task(function* () {
      try {
        yield NEVER;
      } finally {
        yield timer(1);
        log.push('cleaned');
      }
    });
    const list = new AsyncList<unknown>([slow(), new AsyncValue()]);
    list.cancel();
    expect(list.isSet).toBe(false);
    await expect(list).rejects.toBeInstanceOf(CancelledError);
    expect(log).toEqual(['cleaned']);
  });

  it('cancels nothing after it was set by hand, and ignores later results', () => {
    const [value] = cells(1) as [AsyncValue<number>];
    const list = new AsyncList([value]);
    list.set([7]);
    list.cancel();
    expect(value.isSet).toBe(false);
    value.set(1);
    expect(list.value).toEqual([7]);
  });
});

describe('new AsyncList with a wrong argument', () => {
  it.each([[5], [undefined], ['ab'], [{}], [Future.of(1)]])('throws a TypeError for the list %p', (list) => {
    expect(() => new AsyncList(list as never)).toThrow(/^AsyncList: expected `values` to be an array; got/);
  });

  let started = 0;
  const count = task(() => ++started)();
  it.each<[string, unknown[]]>([
    ['a number', [count, 5]],
    ['a hole', [count, , count]], // eslint-disable-line no-sparse-arrays -- the hole is the wrong input
    ['a text', [count, 'ab']],
    ['an array', [count, [count]]],
    ['null', [count, null]],
  ])('throws a TypeError for %s in the list, and starts nothing', (_, list) => {
    expect(() => new AsyncList(list as never)).toThrow(
      /^AsyncList: expected `values\[1\]` to be a future, an Observable or a promise; got/,
    );
    expect(started).toBe(0);
  });
});
