/**
 * Loading a key synchronously: `userById.block(7)` is `userById(7).block()`.
 */
import { batch, batchScheduler, BatchScheduler, task, TaskTimeoutError, WouldBlockError } from 'sluice';
import { thrownBy } from '../support/recording-observer';
import { recorder } from './virtual-run';

const never = (): Promise<string[]> => new Promise(() => undefined);

describe('block of a batch function', () => {
  it('returns the value of its key', () => {
    const { asked, resolve } = recorder();
    expect(batch(resolve).block(7)).toBe('user 7');
    expect(asked).toEqual([[7]]);
  });

  it('shares its flush with the keys that other callers wait for', () => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve);
    const others: string[] = [];
    [1, 2].forEach((id) => nameOf(id).subscribe((name) => others.push(name)));
    expect(nameOf.block(7)).toBe('user 7');
    expect(asked).toEqual([[1, 2, 7]]);
    expect(others).toEqual(['user 1', 'user 2']);
  });

  it('does not wait for a window or a hold', () => {
    expect(batch(recorder().resolve, { window: 1_000, hold: 1_000 }).block(7)).toBe('user 7');
  });

  it('throws the failure of its key unchanged', () => {
    const error = new RangeError('no user 7');
    const nameOf = batch((ids: readonly number[]) => ids.map((id) => (id === 7 ? error : `user ${id}`)));
    expect(thrownBy(() => nameOf.block(7))).toBe(error);
    expect(nameOf.block(8)).toBe('user 8');
  });

  it('names the flight it waits for if that needs the event loop', () => {
    const nameOf = batch(never, { name: 'nameOf' });
    const error = thrownBy(() => nameOf.block(7));
    expect(error).toBeInstanceOf(WouldBlockError);
    expect((error as Error).message).toContain('batch "nameOf" in flight (1 key(s): 7)');
  });

  it('throws when its time limit in ms has passed', () => {
    const nextOf = batch((ids: readonly number[]) => ids.map((id) => id + 1));
    const endless = batch(
      task(function* () {
        for (let id = 0; ;) id = yield* nextOf(id);
      }),
    );
    expect(thrownBy(() => endless.block(7, 20))).toBeInstanceOf(TaskTimeoutError);
  });

  it.each([-1, NaN, '5'])('refuses a time limit of %p before any load', (time) => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve);
    expect(() => nameOf.block(7, time as number)).toThrow(/^block: expected `timeoutMs` to be a number of ms/);
    expect(asked).toEqual([]);
  });

  it.each([undefined, null])('refuses %p for a key', (key) => {
    const nameOf = batch(recorder().resolve, { name: 'nameOf' });
    expect(() => nameOf.block(key as unknown as number)).toThrow('batch "nameOf": expected its key to be given');
  });

  it('keeps its value in the cache of the current scheduler', () => {
    const { asked, resolve } = recorder();
    const nameOf = batch(resolve, { cache: true });
    expect([nameOf.block(7), nameOf.block(7), nameOf(7).block()]).toEqual(['user 7', 'user 7', 'user 7']);
    const elsewhere = new BatchScheduler();
    elsewhere.schedule(() => nameOf.block(7));
    elsewhere.flush();
    batchScheduler.flush();
    expect(asked).toEqual([[7], [7]]);
  });
});
