/** A Buffer arrives as a Buffer with its own bytes alone; an instance of another class arrives with its fields. */
import { toArray } from 'rxjs';
import { transfer, WorkerPool, type WorkerTask } from 'sluice/pool';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

describe('a Buffer', () => {
  it('arrives as a Buffer from a function of Node', () =>
    expectInvariants(pool, async () => {
      const zlib = pool.module<typeof import('node:zlib')>('node:zlib');
      const packed = await zlib.gzipSync('abc');
      expect(Buffer.isBuffer(packed)).toBe(true);
      expect(packed.toString('base64')).toMatch(/^H4sIAAAAAAAA/);
      expect((await zlib.gunzipSync(packed)).toString()).toBe('abc');
    }));

  it.each<[string, () => Buffer]>([
    ['a small one', () => Buffer.from('hi')],
    ['an empty one', () => Buffer.alloc(0)],
    ['a large one', () => Buffer.alloc(100_000, 'hi')],
    ['a part of another', () => Buffer.from('say hi').subarray(4)],
    ['one that is moved', () => transfer(Buffer.from(new Uint8Array([104, 105]).buffer))],
    ['one in shared memory', () => Buffer.from(new SharedArrayBuffer(2)).fill('hi')],
  ])('arrives as a Buffer among the arguments and in the result: %s', (_, make) =>
    expectInvariants(pool, async () => {
      const text = make().toString();
      const [seen, back] = await pool.do(
        ({ buffer }: { buffer: Buffer }) => [buffer.toString(), { list: [buffer] }] as const,
        { buffer: make() },
      );
      expect(seen).toBe(text);
      expect(Buffer.isBuffer(back.list[0])).toBe(true);
      expect(back.list[0].toString()).toBe(text);
      expect(await pool.do((buffer: Buffer) => buffer.toString(), make())).toBe(text);
    }),
  );

  it('is sent without the memory of other small Buffers', () =>
    expectInvariants(pool, async () => {
      Buffer.from('a secret of another user');
      const memory = pool.do((buffer: Buffer) => buffer.buffer.byteLength, Buffer.from('hi'));
      expect(await memory).toBe(2);
      expect((await pool.do(() => Buffer.from('hi'))).buffer.byteLength).toBe(2);
    }));

  it('shares its memory with the other thread if that is shared', () =>
    expectInvariants(pool, async () => {
      const shared = Buffer.from(new SharedArrayBuffer(2));
      await pool.do((buffer: Buffer) => void buffer.fill('x'), shared);
      expect(shared.toString()).toBe('xx');
    }));

  it('arrives as a Buffer among items, and through a nested call', () =>
    expectInvariants(pool, async (record) => {
      const items = pool.task(function* () {
        yield Buffer.from('a');
        yield [Buffer.from('b')];
      });
      const [received] = (await record(items().pipe(toArray()))).items as [[Buffer, Buffer[]]];
      expect([received[0].toString(), received[1][0]?.toString()]).toEqual(['a', 'b']);
      const nested = await pool.do(async function (this: WorkerTask) {
        const buffer = await this.do((given: Buffer) => Buffer.concat([given, Buffer.from('!')]), Buffer.from('hi'));
        return buffer.toString();
      });
      expect(nested).toBe('hi!');
    }));
});

describe('an instance of a class', () => {
  class User {
    constructor(readonly name: string) {}
    greet(): string {
      return `I am ${this.name}`;
    }
  }

  it('arrives with its fields and without its methods', () =>
    expectInvariants(pool, async () => {
      const seen = pool.do(
        (user: { name: string; greet?: unknown }) => [user.name, typeof user.greet],
        new User('Ada'),
      );
      expect(await seen).toEqual(['Ada', 'undefined']);
    }));

  it('arrives in the same way where a part of it is sent in a form of its own', () =>
    expectInvariants(pool, async () => {
      const user = Object.assign(new User('Ada'), { error: new RangeError('e') });
      const seen = await pool.do((given: { name: string; error: Error }) => given, user);
      expect(Object.keys(seen)).toEqual(['name', 'error']);
      expect(seen.error).toBeInstanceOf(RangeError);
    }));
});

describe('an argument that is changed after the call', () => {
  it('is copied when the call is sent, at the end of the turn at the earliest', () =>
    expectInvariants(pool, async () => {
      await pool.do(() => 0);
      const job = { id: 0 };
      const ids = [0, 1, 2, 3].map((id) => {
        job.id = id;
        return pool.do((given: { id: number }) => given.id, job);
      });
      expect(await Promise.all(ids)).toEqual([3, 3, 3, 3]);
      const own = [0, 1, 2, 3].map((id) => pool.do((given: { id: number }) => given.id, { ...job, id }));
      expect(await Promise.all(own)).toEqual([0, 1, 2, 3]);
    }));
});
