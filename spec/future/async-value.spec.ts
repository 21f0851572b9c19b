import { AlreadySetError, all, AsyncValue, NotReadyError, task } from 'sluice';
import { record } from '../support/recording-observer';

const no = new Error('no');
const set = <T>(it: T): AsyncValue<T> => {
  const value = new AsyncValue<T>();
  value.set(it);
  return value;
};
const failed = (error: unknown): AsyncValue<never> => {
  const value = new AsyncValue<never>();
  value.fail(error);
  return value;
};

describe('an AsyncValue', () => {
  it('is not settled at first', () => {
    const value = new AsyncValue();
    expect(value).toMatchObject({ isSet: false, isSettled: false, isError: false, error: undefined });
    expect(() => value.value).toThrow(NotReadyError);
  });
  it('is settled with the value that was set', () => {
    expect(set(7)).toMatchObject({ isSet: true, isSettled: true, isError: false, value: 7, error: undefined });
  });
  it('may be set to undefined', () => expect(set(undefined)).toMatchObject({ isSet: true, value: undefined }));
  it('may be set to an Error, as a value', () => expect(set(no)).toMatchObject({ isError: false, value: no }));
  it('has the error it failed with, and `value` throws that error', () => {
    const value = failed(no);
    expect(value).toMatchObject({ isSet: true, isSettled: true, isError: true, error: no });
    expect(() => value.value).toThrow(no);
  });
  it('may fail with undefined', () => expect(failed(undefined)).toMatchObject({ isSet: true, isError: true }));
  it.each<[string, (value: AsyncValue<number>) => void]>([
    ['set', (value) => value.set(2)],
    ['failed', (value) => value.fail(no)],
  ])('cannot be %s once it is settled', (_, again) => {
    const value = set(1);
    expect(() => again(value)).toThrow(AlreadySetError);
    expect(value.value).toBe(1);
    expect(() => again(failed(no))).toThrow(AlreadySetError);
  });
  it('cannot be set again by a subscriber during its notification', () => {
    const value = new AsyncValue<number>();
    const errors: unknown[] = [];
    value.subscribe(() => {
      try {
        value.set(2);
      } catch (error) {
        errors.push(error);
      }
    });
    value.set(1);
    expect(errors).toEqual([expect.any(AlreadySetError)]);
  });
});

describe('an AsyncValue with waiters', () => {
  it('notifies its subscribers in the order of their subscription', () => {
    const value = new AsyncValue<number>();
    const notified: string[] = [];
    value.subscribe(() => notified.push('first'));
    value.subscribe(() => notified.push('second'));
    value.set(1);
    expect(notified).toEqual(['first', 'second']);
  });
  it('delivers its value to late subscribers', () =>
    expect(record(set(1)).notifications).toEqual(['next 1', 'complete']));
  it('delivers its error to late subscribers', () =>
    expect(record(failed(no)).notifications).toEqual(['error Error: no']));
  it('delivers its value to a subscriber that subscribes during the notification', () => {
    const value = new AsyncValue<number>();
    const late: (readonly string[])[] = [];
    value.subscribe(() => late.push(record(value).notifications));
    value.set(1);
    expect(late).toEqual([['next 1', 'complete']]);
  });
  it('can be awaited before and after it is settled', async () => {
    const value = new AsyncValue<number>();
    const before = value.then((n) => n);
    value.set(1);
    expect([await before, await value]).toEqual([1, 1]);
  });
  it('resumes waiting tasks in the order of their waits', () => {
    const value = new AsyncValue<number>();
    const log: string[] = [];
    const waiter = task(function* (name: string) {
      log.push(`${name} has ${String(yield* value)}`);
    });
    all([waiter('a'), waiter('b')]).subscribe();
    expect(log).toEqual([]);
    value.set(1);
    expect(log).toEqual(['a has 1', 'b has 1']);
  });
  it('throws its error in waiting tasks', () => {
    const value = new AsyncValue<number>();
    const caught: unknown[] = [];
    task(function* () {
      try {
        yield* value;
      } catch (error) {
        caught.push(error);
      }
    })().subscribe();
    value.fail(no);
    expect(caught).toEqual([no]);
  });
  it('is not changed by an unsubscription, and neither are its other waiters', () => {
    const value = new AsyncValue<number>();
    const cancelled = record(value);
    const stays = record(value);
    cancelled.subscription.unsubscribe();
    expect(value.isSet).toBe(false);
    value.set(1);
    expect(cancelled.notifications).toEqual([]);
    expect(stays.notifications).toEqual(['next 1', 'complete']);
  });
  it('does not notify a subscriber that an earlier one has unsubscribed', () => {
    const value = new AsyncValue<number>();
    value.subscribe(() => later.subscription.unsubscribe());
    const later = record(value);
    value.set(1);
    expect(later.notifications).toEqual([]);
  });
});
