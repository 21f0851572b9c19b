/** Streams that are cancelled before they start, that have no item, and that fail after some items. */
import { lastValueFrom, toArray } from 'rxjs';
import { TransferError, type WorkerTask } from 'sluice/pool';
import { sleep } from '../../support/sleep';
import { usePool, settle } from './pool-fixture';

interface Observer {
  next(value: number): void;
}

describe('a stream that does not complete normally', () => {
  it('is not subscribed to if it was cancelled while it was a promise of a stream', () =>
    usePool({ size: 1 }, async (pool) => {
      const begun = new Int32Array(new SharedArrayBuffer(8));
      const job = pool.do(async (flags: Int32Array) => {
        Atomics.store(flags, 0, 1);
        await new Promise((resolve) => setTimeout(resolve, 30));
        return {
          subscribe: () => {
            Atomics.store(flags, 1, 1);
            return { unsubscribe: () => undefined };
          },
        };
      }, begun);
      while (begun[0] === 0) await sleep(1);
      job.cancel();
      expect(await settle(pool.do(() => 'next'))).toBe('next');
      expect(begun[1]).toBe(0);
    }));

  it('can be cancelled while it has no item, and its thread stays', () =>
    usePool({ size: 1, grace: 2_000 }, async (pool) => {
      const flags = new Int32Array(new SharedArrayBuffer(8));
      const silent = pool.task(
        (seen: Int32Array) =>
          new ReadableStream<number>({
            pull: () => {
              Atomics.store(seen, 0, 1);
              return new Promise(() => undefined);
            },
            cancel: () => {
              Atomics.store(seen, 1, 1);
            },
          }),
      );
      const subscription = silent(flags).subscribe();
      while (flags[0] === 0) await sleep(1);
      let exits = 0;
      pool.events$.subscribe(({ type }) => {
        if (type === 'exit') exits++;
      });
      subscription.unsubscribe();
      expect(await settle(pool.do(() => 'next'))).toBe('next');
      expect([flags[1], exits]).toEqual([1, 0]);
    }));

  it('delivers the items before a fault', () =>
    usePool({ size: 1 }, async (pool) => {
      const faulty = pool.task(() => ({
        subscribe: (observer: Observer) => {
          setTimeout(() => {
            for (const item of [1, 2, 3]) observer.next(item);
            throw new Error('late');
          }, 5);
          return { unsubscribe: () => undefined };
        },
      }));
      const items: unknown[] = [];
      const error = await new Promise((resolve) => {
        faulty().subscribe({ next: (item) => items.push(item), error: resolve });
      });
      expect(items).toEqual([1, 2, 3]);
      expect(error).toMatchObject({ message: 'late' });
    }));

  it('fails if it transfers a buffer that was transferred before', () =>
    usePool({ size: 1 }, async (pool) => {
      const twice = pool.task(function* (this: WorkerTask) {
        const buffer = new ArrayBuffer(8);
        yield this.transfer(buffer).byteLength;
        yield this.transfer(buffer);
        yield this.transfer(buffer);
      });
      await expect(lastValueFrom(twice().pipe(toArray()))).rejects.toBeInstanceOf(TransferError);
    }));
});
