/** A million keys overflow no stack, and their cost grows linearly. */
import { batch, batchMap } from 'sluice';
import { range, reduce } from 'rxjs';
import { listen, runVirtual } from './virtual-run';

const MILLION = 1_000_000;
const ids = Array.from({ length: MILLION }, (_, id) => id);

describe('a million keys', () => {
  it('are loaded in one flush', () => {
    runVirtual(({ flush }) => {
      const sizes: number[] = [];
      const echo = batch((keys: readonly number[]) => {
        sizes.push(keys.length);
        return keys;
      });
      const recording = listen(echo.many(ids));
      flush();
      expect(sizes).toEqual([MILLION]);
      expect(recording.values[0]?.at(-1)).toBe(MILLION - 1);
    });
  });

  it('can be loaded from a Map, and then from the cache', () => {
    runVirtual(({ flush }) => {
      const echo = batch((keys: readonly number[]) => new Map(keys.map((key) => [key, key])), { cache: true });
      const ask = (): number | undefined => {
        const recording = listen(echo.many(ids));
        flush();
        return recording.values[0]?.length;
      };
      expect([ask(), ask()]).toEqual([MILLION, MILLION]);
    });
  });

  it('can be loaded as a thousand full batches that wait for one slot', () => {
    runVirtual(({ flush }) => {
      const sizes: number[] = [];
      const echo = batch(
        (keys: readonly number[]) => {
          sizes.push(keys.length);
          return keys;
        },
        { maxSize: 1_000, concurrency: 1 },
      );
      const recording = listen(echo.many(ids));
      flush();
      expect(sizes).toHaveLength(1_000);
      expect(recording.isComplete).toBe(true);
    });
  });

  it('can all be equal', () => {
    runVirtual(({ flush }) => {
      const echo = batch((keys: readonly number[]) => keys);
      const recording = listen(echo.many(ids.map(() => 7)));
      flush();
      expect(recording.values[0]?.every((key) => key === 7)).toBe(true);
    });
  });

  it('can all be cancelled before the flush, different ones and equal ones', () => {
    runVirtual(({ flush }) => {
      const resolve = jest.fn((keys: readonly number[]) => keys);
      const echo = batch(resolve);
      listen(echo.many(ids)).stop();
      listen(echo.many(ids.map(() => 7))).stop();
      flush();
      expect(resolve).not.toHaveBeenCalled();
    });
  });

  it('can all be cancelled in flight', () => {
    runVirtual(({ flush, at }) => {
      const signals: AbortSignal[] = [];
      const echo = batch((_keys: readonly number[], { signal }) => {
        signals.push(signal);
        return new Promise<number[]>(() => undefined);
      });
      const recording = listen(echo.many(ids));
      at(1, () => recording.stop());
      flush();
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    });
  });

  it('can be settled early one by one (here a tenth of them)', () => {
    runVirtual(({ flush }) => {
      const recording = listen(
        batch<number, number>((keys, flush) => keys.forEach((key) => flush.succeed(key, key))).many(
          ids.slice(0, MILLION / 10),
        ),
      );
      flush();
      expect(recording.values[0]).toHaveLength(MILLION / 10);
    });
  });

  it('can be loaded by batchMap (here a quarter of them)', () => {
    runVirtual(({ flush }) => {
      const count = range(0, MILLION / 4).pipe(
        batchMap((keys: readonly number[]) => keys, { maxSize: 1_000 }),
        reduce((sum) => sum + 1, 0),
      );
      const recording = listen(count);
      flush();
      expect(recording.values).toEqual([MILLION / 4]);
    });
  });
});
