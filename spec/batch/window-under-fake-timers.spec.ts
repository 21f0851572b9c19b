/** Under fake timers a window lasts as long as its option says, whatever real time passes meanwhile. */
import { batch } from 'sluice';

const drained = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => process.nextTick(resolve));
};

afterEach(() => jest.useRealTimers());

it('a window is over at its time though keys have joined it', async () => {
  const f = batch((ids: readonly number[]) => ids.map(String), { window: 1_000 });
  await batch((ids: readonly number[]) => ids.map(String))(1); // sluice has seen real ticks
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const start = Date.now();
  const flushed: unknown[] = [];
  f.flushes$.subscribe(({ keys }) => flushed.push([keys, Date.now() - start]));
  for (let i = 1; i <= 8; i++) {
    f(i).subscribe();
    await drained();
    await jest.advanceTimersByTimeAsync(300);
  }
  await jest.advanceTimersByTimeAsync(2_000);
  expect(flushed[0]).toEqual([[1, 2, 3, 4], 1_000]);
});

it('a window is over at its time though real time passes between two steps of the fake clock', async () => {
  const realTimeout = setTimeout;
  const f = batch((ids: readonly number[]) => ids.map(String), { window: 5_000 });
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const start = Date.now();
  const flushed: number[] = [];
  f.flushes$.subscribe(() => flushed.push(Date.now() - start));
  f(1).subscribe();
  jest.advanceTimersByTime(4_000);
  await new Promise((resolve) => realTimeout(resolve, 3));
  await jest.advanceTimersByTimeAsync(1_000);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(flushed).toEqual([5_000]);
});

it('a window is over in the end though its timer was cleared', async () => {
  const f = batch((ids: readonly number[]) => ids.map(String), { window: 1_000 });
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const seen: string[] = [];
  f(1).subscribe((value) => seen.push(value));
  await drained();
  jest.clearAllTimers();
  f(2).subscribe((value) => seen.push(value));
  await drained();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(seen).toEqual(['1', '2']);
});
