/**
 * A million keys: nothing overflows, and nothing costs more than it should by the way it grows.
 */
import { batch, batchMap } from 'sluice';
import { range, reduce } from 'rxjs';
import { listen, runVirtual } from './virtual-run';

const MILLION = 1_000_000;
const ids = Array.from({ length: MILLION }, (_, id) => id);

describe('a million keys', () => {
  it('are one flush', () => {
    runVirtual(({ flush }) => {
      const sizes: number[] = [];
      const echo = batch((keys: readonly number[]) => {
        sizes.push(keys.length);
        return keys;
      });
      const heard = listen(echo.many(ids));
      flush();
      expect(sizes).toEqual([MILLION]);
      expect(heard.values[0]?.at(-1)).toBe(MILLION - 1);
    });
  });

  it('may be answered by a Map, and kept', () => {
    runVirtual(({ flush }) => {
      const echo = batch((keys: readonly number[]) => new Map(keys.map((key) => [key, key])), { cache: true });
      const ask = (): number | undefined => {
        const heard = listen(echo.many(ids));
        flush();
        return heard.values[0]?.length;
      };
      expect([ask(), ask()]).toEqual([MILLION, MILLION]);
    });
  });

  it('may be a thousand full batches that wait for room', () => {
    runVirtual(({ flush }) => {
      const sizes: number[] = [];
      const echo = batch(
        (keys: readonly number[]) => {
          sizes.push(keys.length);
          return keys;
        },
        { maxSize: 1_000, concurrency: 1 },
      );
      const heard = listen(echo.many(ids));
      flush();
      expect(sizes).toHaveLength(1_000);
      expect(heard.isComplete).toBe(true);
    });
  });

  it('may all be the same', () => {
    runVirtual(({ flush }) => {
      const echo = batch((keys: readonly number[]) => keys);
      const heard = listen(echo.many(ids.map(() => 7)));
      flush();
      expect(heard.values[0]?.every((key) => key === 7)).toBe(true);
    });
  });

  it('may all leave, each by itself, and those of one key too', () => {
    runVirtual(({ flush }) => {
      const resolve = jest.fn((keys: readonly number[]) => keys);
      const echo = batch(resolve);
      listen(echo.many(ids)).stop();
      listen(echo.many(ids.map(() => 7))).stop();
      flush();
      expect(resolve).not.toHaveBeenCalled();
    });
  });

  it('may leave a flight in the air', () => {
    runVirtual(({ flush, at }) => {
      const signals: AbortSignal[] = [];
      const echo = batch((_keys: readonly number[], { signal }) => {
        signals.push(signal);
        return new Promise<number[]>(() => undefined);
      });
      const heard = listen(echo.many(ids));
      at(1, () => heard.stop());
      flush();
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    });
  });

  it('may be settled early, one by one (here a tenth of them)', () => {
    runVirtual(({ flush }) => {
      const heard = listen(
        batch<number, number>((keys, given) => keys.forEach((key) => given.succeed(key, key))).many(
          ids.slice(0, MILLION / 10),
        ),
      );
      flush();
      expect(heard.values[0]).toHaveLength(MILLION / 10);
    });
  });

  it('may come from a source (here a quarter of them)', () => {
    runVirtual(({ flush }) => {
      const count = range(0, MILLION / 4).pipe(
        batchMap((keys: readonly number[]) => keys, { maxSize: 1_000 }),
        reduce((sum) => sum + 1, 0),
      );
      const heard = listen(count);
      flush();
      expect(heard.values).toEqual([MILLION / 4]);
    });
  });
});
