/** Under fake timers a window lasts as long as its option says, however much real time passes. */
import { batch } from 'sluice';

const drainMicrotasks = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => process.nextTick(resolve));
};

afterEach(() => jest.useRealTimers());

it('a window ends on time though later keys join it', async () => {
  const nameOf = batch((ids: readonly number[]) => ids.map(String), { window: 1_000 });
  await batch((ids: readonly number[]) => ids.map(String))(1); // sluice has seen real ticks
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const start = Date.now();
  const flushed: unknown[] = [];
  nameOf.flushes$.subscribe(({ keys }) => flushed.push([keys, Date.now() - start]));
  for (let i = 1; i <= 8; i++) {
    nameOf(i).subscribe();
    await drainMicrotasks();
    await jest.advanceTimersByTimeAsync(300);
  }
  await jest.advanceTimersByTimeAsync(2_000);
  expect(flushed[0]).toEqual([[1, 2, 3, 4], 1_000]);
});

it('a window ends on time though real time passes between two steps of the fake clock', async () => {
  const realTimeout = setTimeout;
  const nameOf = batch((ids: readonly number[]) => ids.map(String), { window: 5_000 });
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const start = Date.now();
  const flushed: number[] = [];
  nameOf.flushes$.subscribe(() => flushed.push(Date.now() - start));
  nameOf(1).subscribe();
  jest.advanceTimersByTime(4_000);
  await new Promise((resolve) => realTimeout(resolve, 3));
  await jest.advanceTimersByTimeAsync(1_000);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(flushed).toEqual([5_000]);
});

it('a window ends on time though its timer is cleared', async () => {
  const nameOf = batch((ids: readonly number[]) => ids.map(String), { window: 1_000 });
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const seen: string[] = [];
  nameOf(1).subscribe((value) => seen.push(value));
  await drainMicrotasks();
  jest.clearAllTimers();
  nameOf(2).subscribe((value) => seen.push(value));
  await drainMicrotasks();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(seen).toEqual(['1', '2']);
});
