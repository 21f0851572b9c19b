/** A method or an arrow function that needs the `this` of its object fails with an explanation, and never silently. */
/* eslint-disable @typescript-eslint/unbound-method -- they are sent without their object */
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { errorOf, expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

class Base {
  price(n: number): number {
    return n;
  }
}

class Shop extends Base {
  vat = 0.2;
  override price(n: number): number {
    return n * (1 + this.vat);
  }
  optional(n: number): number {
    return n * (1 + (this as Shop | undefined)!.vat); // eslint-disable-line @typescript-eslint/no-non-null-assertion -- it is what is tested
  }
  destructured(n: number): number {
    const { vat } = this;
    return n * (1 + vat);
  }
  whole(n: number): number {
    return n * [this].length;
  }
  calls(n: number): number {
    return this.price(n);
  }
  upper(n: number): number {
    return super.price(n);
  }
  async later(n: number): Promise<number> {
    await Promise.resolve();
    return n * (1 + this.vat);
  }
  *each(n: number): Generator<number> {
    yield n * (1 + this.vat);
  }
  arrow = (n: number): number => n * (1 + this.vat);
  laterArrow = async (n: number): Promise<number> => Promise.resolve(n * (1 + this.vat));
}
const shop = new Shop();

describe('a function that needs the `this` of its object', () => {
  it.each<[string, (n: number) => unknown, RegExp]>([
    ['a field', shop.price, /Method "price" uses `this\.vat`, and was sent to its thread without its object/],
    ['a field through a cast', shop.optional, /`this\.vat`|`this`/],
    ['a field by destructuring', shop.destructured, /uses `this`/],
    ['the object itself', shop.whole, /uses `this`/],
    ['another method', shop.calls, /uses `this\.price`/],
    ['the method of the superclass', shop.upper, /uses `super`/],
    ['a field after an await', shop.later, /uses `this\.vat`/],
    ['a field in a generator', shop.each, /uses `this\.vat`/],
  ])('fails as a method: %s', (_, method, words) =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task(method)(100));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(words);
      expect(error.message).toContain('{ url, name }');
    }),
  );

  it.each<[string, (n: number) => unknown]>([
    ['an arrow', shop.arrow],
    ['an async arrow', shop.laterArrow],
  ])('fails with an explanation: %s', (_, arrow) =>
    expectInvariants(pool, async (record) => {
      const error = await errorOf(record, pool.task(arrow)(100));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/Cannot read properties of undefined.*was sent to its thread as source/);
    }),
  );
});

describe('a method that uses `this` as its task', () => {
  const object = {
    name(this: WorkerTask) {
      return this.name;
    },
    destructured(this: WorkerTask) {
      const { signal, name: ownName } = this;
      return [signal.aborted, ownName];
    },
    async nested(this: WorkerTask, n: number) {
      return (await this.do((inner: number) => inner + 1, n)) + 1;
    },
    text() {
      /* this.vat */
      return 'this.vat'; // super
    },
  };

  it('works', () =>
    expectInvariants(pool, async () => {
      expect(await pool.do(object.name)).toBe('name');
      expect(await pool.do(object.destructured)).toEqual([false, 'destructured']);
      expect(await pool.do(object.nested, 1)).toBe(3);
      expect(await pool.do(object.text)).toBe('this.vat');
    }));
});
