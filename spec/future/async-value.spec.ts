import { AlreadySetError, all, AsyncValue, NotReadyError, task } from 'sluice';
import { hear } from './hear';

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
  it('is not set at first', () => {
    const value = new AsyncValue();
    expect(value).toMatchObject({ isSet: false, isError: false, error: undefined });
    expect(() => value.value).toThrow(NotReadyError);
  });
  it('has the value it was set to', () => {
    expect(set(7)).toMatchObject({ isSet: true, isError: false, value: 7, error: undefined });
  });
  it('may be set to undefined', () => expect(set(undefined)).toMatchObject({ isSet: true, value: undefined }));
  it('may be set to an Error, as a value', () => expect(set(no)).toMatchObject({ isError: false, value: no }));
  it('has the error it failed with, and throws it as its value', () => {
    const value = failed(no);
    expect(value).toMatchObject({ isSet: true, isError: true, error: no });
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
  it('cannot be set again by one who is told', () => {
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

describe('waiting for an AsyncValue', () => {
  it('gives its value to whoever came before, in the order they came', () => {
    const value = new AsyncValue<number>();
    const told: string[] = [];
    value.subscribe(() => told.push('first'));
    value.subscribe(() => told.push('second'));
    value.set(1);
    expect(told).toEqual(['first', 'second']);
  });
  it('gives its value to whoever comes late', () => expect(hear(set(1)).heard).toEqual(['next 1', 'complete']));
  it('gives its error to whoever comes late', () => expect(hear(failed(no)).heard).toEqual(['error Error: no']));
  it('gives its value to one who subscribes while it is told', () => {
    const value = new AsyncValue<number>();
    const late: (readonly string[])[] = [];
    value.subscribe(() => late.push(hear(value).heard));
    value.set(1);
    expect(late).toEqual([['next 1', 'complete']]);
  });
  it('can be awaited, before and after', async () => {
    const value = new AsyncValue<number>();
    const before = value.then((n) => n);
    value.set(1);
    expect([await before, await value]).toEqual([1, 1]);
  });
  it('resumes tasks that wait, in the order they came', () => {
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
  it('throws its error in tasks that wait', () => {
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
  it('can be given up without harm to it or to the others', () => {
    const value = new AsyncValue<number>();
    const gone = hear(value);
    const stays = hear(value);
    gone.subscription.unsubscribe();
    expect(value.isSet).toBe(false);
    value.set(1);
    expect(gone.heard).toEqual([]);
    expect(stays.heard).toEqual(['next 1', 'complete']);
  });
  it('tells nobody who was unsubscribed by one told before', () => {
    const value = new AsyncValue<number>();
    value.subscribe(() => later.subscription.unsubscribe());
    const later = hear(value);
    value.set(1);
    expect(later.heard).toEqual([]);
  });
});
