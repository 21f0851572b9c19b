/** A mark of `transfer` holds anywhere in an argument, a result or an item, and memory that cannot be moved is copied. */
import { MessageChannel } from 'node:worker_threads';
import { transfer, TransferError, WorkerPool, type WorkerTask } from 'sluice/pool';
import { toArray } from 'rxjs';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

interface Kept {
  kept: Uint8Array;
}

/** The length of what the task before has kept on its thread: 0 if it was moved away. */
const lengthKept = (): PromiseLike<number> => pool.do(() => (globalThis as unknown as Kept).kept.length);

describe('a mark of transfer', () => {
  it.each<[string, (bytes: Uint8Array) => unknown]>([
    ['a field', (bytes) => ({ width: 10, pixels: bytes })],
    ['an item of an array', (bytes) => [1, bytes]],
    ['a value of a Map', (bytes) => new Map([['pixels', bytes]])],
    ['an item of a Set', (bytes) => new Set([bytes])],
    ['a field of an instance of a class', (bytes) => new (class Image { constructor(readonly pixels: Uint8Array) {} })(bytes)], // prettier-ignore
    ['a field beside an error', (bytes) => ({ error: new Error('e'), pixels: bytes })],
    ['a value that has it twice', (bytes) => [bytes, bytes]],
  ])('moves %s of an argument', (_, wrap) =>
    expectInvariants(pool, async () => {
      const bytes = new Uint8Array(1_000).fill(7);
      const received = await pool.do(
        (value: object) => {
          const find = (part: unknown): Uint8Array | undefined =>
            part instanceof Uint8Array
              ? part
              : [...(part instanceof Map || part instanceof Set ? part.values() : Object.values(part as object))]
                  .filter((each) => typeof each === 'object')
                  .map(find)
                  .find(Boolean);
          return [find(value)?.length, find(value)?.[0]];
        },
        wrap(transfer(bytes)) as object,
      );
      expect(received).toEqual([1_000, 7]);
      expect(bytes.length).toBe(0);
    }),
  );

  it('moves a port within an argument', () =>
    expectInvariants(pool, async () => {
      const { port1, port2 } = new MessageChannel();
      const heard = new Promise((resolve) => port2.once('message', resolve));
      await pool.do(
        ({ port }: { port: import('node:worker_threads').MessagePort }) => {
          port.postMessage('got it');
          port.close();
        },
        { port: transfer(port1) },
      );
      expect(await heard).toBe('got it');
      port2.close();
    }));

  it('moves parts of a result, and of items', () =>
    expectInvariants(pool, async (record) => {
      const [bytes] = await pool.do(function (this: WorkerTask) {
        const kept = ((globalThis as unknown as Kept).kept = new Uint8Array(9));
        return [this.transfer(kept)] as const;
      });
      expect([bytes.length, await lengthKept()]).toEqual([9, 0]);
      const items = pool.task(function* (this: WorkerTask) {
        const kept = ((globalThis as unknown as Kept).kept = new Uint8Array(8));
        yield { deep: [this.transfer(kept)] };
      });
      expect((await record(items())).items).toEqual([{ deep: [new Uint8Array(8)] }]);
      expect(await lengthKept()).toBe(0);
    }));

  it('moves parts of the arguments and the result of a nested call', () =>
    expectInvariants(pool, async () => {
      const seen = await pool.do(async function (this: WorkerTask) {
        const bytes = new Uint8Array(7);
        const length = await this.do((given: { list: Uint8Array[] }) => given.list[0]?.length, {
          list: [this.transfer(bytes)],
        });
        return [length, bytes.length];
      });
      expect(seen).toEqual([7, 0]);
    }));

  it('moves a list of objects that are deep in the value', () =>
    expectInvariants(pool, async () => {
      const bytes = new Uint8Array(1_000);
      expect(await pool.do((value: { a: Uint8Array[] }) => value.a[0]?.length, { a: transfer([bytes], [bytes.buffer]) })).toBe(1_000); // prettier-ignore
      expect(bytes.length).toBe(0);
    }));

  it('moves the memory of two views once', () =>
    expectInvariants(pool, async () => {
      const { buffer } = new Uint8Array(10);
      const [one, other] = [new Uint8Array(buffer, 0, 4), new Uint8Array(buffer, 4, 6)];
      const seen = await pool.do(
        (views: readonly Uint8Array[]) => [views.map((view) => view.length), views[0]?.buffer === views[1]?.buffer],
        [transfer(one), transfer(other)],
      );
      expect(seen).toEqual([[4, 6], true]);
    }));

  it('fails its task within an argument with the path, if the part cannot be moved', () =>
    expectInvariants(pool, async (record) => {
      const { error } = await record(pool.task((value: object) => typeof value)({ deep: transfer({ list: [1] }) }));
      expect(error).toBeInstanceOf(TransferError);
      expect((error as Error).message).toMatch(/args.*marked to be moved, but not transferable/);
    }));

  it('does not move what a task that was never sent has marked', () =>
    expectInvariants(pool, async (record) => {
      const bytes = new Uint8Array(5);
      const { error } = await record(pool.task(typeofAll)({ bytes: transfer(bytes) }, () => 1));
      expect(error).toBeInstanceOf(TransferError);
      expect(bytes.length).toBe(5);
    }));
});

const typeofAll = (...args: unknown[]): string[] => args.map((arg) => typeof arg);

describe('memory that cannot be moved', () => {
  it.each<[string, () => Uint8Array]>([
    ['a small Buffer', () => Buffer.from('hello')],
    ['small Buffers that were joined', () => Buffer.concat([Buffer.from('hel'), Buffer.from('lo')])],
    ['a view on the memory of small Buffers', () => viewOf(Buffer.from('hello'))],
    ['the memory of a WebAssembly instance', () => new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer, 0, 5)],
  ])('is copied: %s', (_, make) =>
    expectInvariants(pool, async (record) => {
      const bytes = make();
      const length = pool.task((given: { bytes: Uint8Array }) => given.bytes.length);
      const recorded = await Promise.all([
        record(length({ bytes: new Uint8Array(2) })),
        record(length({ bytes: transfer(bytes) })),
        record(length({ bytes: transfer(new Uint8Array(3)) })),
      ]);
      expect(recorded.map(({ items }) => items)).toEqual([[2], [5], [3]]);
      expect(bytes.length).toBe(5);
    }),
  );

  it('is copied in a result and in items', () =>
    expectInvariants(pool, async (record) => {
      const joined = await pool.do(function (this: WorkerTask) {
        return this.transfer(Buffer.concat([Buffer.from('hel'), Buffer.from('lo')]));
      });
      expect(joined.toString()).toBe('hello');
      const items = pool.task(function* (this: WorkerTask) {
        yield this.transfer(Buffer.from('hello'));
        yield this.transfer(new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer, 0, 5));
      });
      const [received] = (await record(items().pipe(toArray()))).items as [Uint8Array[]];
      expect(received.map(({ length }) => length)).toEqual([5, 5]);
    }));
});

const viewOf = ({ buffer, byteOffset, length }: Buffer): Uint8Array => new Uint8Array(buffer, byteOffset, length);
