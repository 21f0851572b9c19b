/** A function is sent to a thread as its source: it works there, or the call throws an error that helps. */
/* eslint-disable @typescript-eslint/unbound-method, @typescript-eslint/no-implied-eval -- they are sent without their object, and some are made from text */
import { WorkerPool, type WorkerTask } from 'sluice/pool';
import { runAlone } from '../../support/process';
import { expectInvariants, expectInvariantsAndClose } from './pool-invariants';

const pool = new WorkerPool({ size: 1 });
afterAll(() => expectInvariantsAndClose(pool, () => undefined));

const secret = 42;
const key = 'computed';
const symbol = Symbol('symbol');

class Shapes {
  static create(width: number) {
    return width + 1;
  }
  area(width: number, height: number) {
    return width * height;
  }
  async later(value: number) {
    return Promise.resolve(value);
  }
  *each(count: number) {
    for (let index = 0; index < count; index++) yield index;
  }
  async *eachLater(count: number) {
    for (let index = 0; index < count; index++) yield await Promise.resolve(index);
  }
  get size() {
    return 1;
  }
  async *[symbol]() {
    yield await Promise.resolve(1);
  }
}
const shapes = new Shapes();

const object = {
  short(value: number) {
    return value;
  },
  async async(value: number) {
    return Promise.resolve(value);
  },
  get(value: number) {
    return value;
  },
  'with blanks'(value: number) {
    return value;
  },
  12(value: number) {
    return value;
  },
  function(value: number) {
    return value;
  },
  [symbol](value: number) {
    return value;
  },
  [key](value: number) {
    return value;
  },
  arrow: (value: number) => value,
};

/** The argument of the functions. */
type Takes = (value: number) => unknown;

describe('a function without variables of the surrounding scope', () => {
  it.each<[string, Takes]>([
    ['an arrow', (value) => value],
    ['an async arrow', async (value) => Promise.resolve(value)],
    [
      'a function',
      function (value) {
        return value;
      },
    ],
    [
      'a function with a name',
      function named(value): number {
        return value > 10 ? named(value - 1) + 1 : value;
      },
    ],
    ['a function with a comment at its end', new Function('value', 'return value // the end') as Takes],
    ['an arrow with defaults and a rest', (value, other = 0, ...rest: number[]) => value + other + rest.length],
    ['a method, written short', object.short],
    ['a method named async', object.async],
    ['a method named get', object.get],
    ['a method named function', object.function],
    ['a method whose name has blanks', object['with blanks']],
    ['a method whose name is a number', object[12]],
    ['a property', object.arrow],

    ['an async method of a class', shapes.later],
    ['a function without a prototype', Object.setPrototypeOf((value: number) => value, null) as Takes],
    [
      'a function that says of itself what it likes',
      Object.assign((value: number) => value, { toString: () => 'nothing', [Symbol.toPrimitive]: () => 'nothing' }),
    ],
  ])('%s works', (_, fn) =>
    expectInvariants(pool, async (record) => {
      expect(await record(pool.task(fn)(11))).toMatchObject({ items: [11], ends: 1, isError: false });
    }),
  );

  it('may be a method or a static method of a class', () =>
    expectInvariants(pool, async () => {
      expect(await pool.do(shapes.area, 6, 7)).toBe(42);
      expect(await pool.do((Shapes as { create(width: number): number }).create, 6)).toBe(7);
    }));

  it('may be a generator method', () =>
    expectInvariants(pool, async (record) => {
      const { each, eachLater } = shapes;
      expect((await record(pool.task(each)(3))).items).toEqual([0, 1, 2]);
      expect((await record(pool.task(eachLater)(3))).items).toEqual([0, 1, 2]);
    }));

  it('has its task for `this`', () =>
    expectInvariants(pool, async () => {
      const name = await pool.do(function whoAmI(this: WorkerTask) {
        return [this.name, this.signal.aborted, typeof this.do];
      });
      expect(name).toEqual(['whoAmI', false, 'function']);
    }));

  it('runs in strict mode, so that it cannot create a global by accident', () =>
    expectInvariants(pool, async (record) => {
      const assign = new Function('accident = 1') as () => void;
      expect((await record(pool.task(assign)())).error).toMatchObject({ name: 'ReferenceError' });
    }));

  it('has `require`', () =>
    expectInvariants(pool, async () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a thread is sent imports nothing else
      expect(await pool.do(() => (require('node:path') as typeof import('node:path')).posix.join('a', 'b'))).toBe(
        'a/b',
      );
    }));
});

describe('a function with variables of the surrounding scope', () => {
  it('fails with a ReferenceError that names the variable, the task, and the remedy', () =>
    expectInvariants(pool, async (record) => {
      const leaning = pool.task(function leaning() {
        return secret;
      });
      const { error, ends } = await record(leaning());
      expect(ends).toBe(1);
      expect(error).toBeInstanceOf(ReferenceError);
      expect((error as Error).message).toMatch(
        /secret is not defined\. Task "leaning" .*are not sent with the function.*argument/,
      );
    }));

  it('fails in the same way in a promise and in a stream', () =>
    expectInvariants(pool, async (record) => {
      const later = pool.task(async () => {
        await Promise.resolve();
        return secret;
      });
      const streamed = pool.task(function* () {
        yield secret;
      });
      for (const call of [later(), streamed()]) {
        expect(((await record(call)).error as Error).message).toMatch(/secret is not defined\. Task /);
      }
    }));

  it('fails with an explanation if it needs another `this`', () =>
    expectInvariants(pool, async (record) => {
      const counter = {
        step: { by: 1 },
        next(value: number) {
          return value + this.step.by;
        },
      };

      const { error } = await record(pool.task(counter.next)(1));
      expect(error).toMatchObject({ name: 'TypeError' });
    }));
});

describe('a function without a source that can be sent', () => {
  const refused: [string, unknown, RegExp][] = [
    ['a native function', Math.max, /max can't be sent.*no source/],
    ['a bound function', object.short.bind(object), /bound short can't be sent.*no source/],
    ['a Proxy of a function', new Proxy(object.arrow, {}), /arrow can't be sent.*no source/],
    ['a class', Shapes, /Shapes can't be sent.*a class/],
    ['an instrumented function', new Function('cov_1a2b().s[0]++; return 1'), /instrumented/],
    ['a method by a symbol', object[symbol], /can't be sent.*computed/],
    ['a method by a computed name', object[key], /computed can't be sent.*computed/],
    ['a generator by a computed name', Shapes.prototype[symbol], /can't be sent.*computed/],
    ['a getter', Object.getOwnPropertyDescriptor(Shapes.prototype, 'size')?.get, /get size can't be sent.*getter/],
    [
      'a private method',
      new (class {
        #hidden(value: number) {
          return value;
        }
        reveal() {
          return this.#hidden;
        }
      })().reveal(),
      /can't be (read|sent)/,
    ],
  ];

  it.each(refused)('is rejected by a TypeError at the call that says why: %s', (_, fn, words) =>
    expectInvariants(pool, () => {
      expect(() => pool.task(fn as () => void)).toThrow(TypeError);
      expect(() => pool.task(fn as () => void)).toThrow(words);
      expect(() => pool.do(fn as () => void)).toThrow(words);
    }),
  );

  it.each([undefined, null, 1, 'name', {}, [], Symbol('a'), { name: 'run' }, { url: 5 }, { url: './work.js' }])(
    'is rejected as well if it is not a function: %p',
    (fn) =>
      expectInvariants(pool, () => {
        expect(() => pool.task(fn as never)).toThrow(TypeError);
        expect(() => pool.do(fn as never)).toThrow(TypeError);
      }),
  );
});

it('a function that tsx has rewritten to keep its names works', () => {
  const { lines, hasEndedWell } = runAlone(`
    const { WorkerPool } = require('sluice/pool');
    const { transformSync } = require(require.resolve('esbuild', { paths: [require.resolve('tsx')] }));
    const source = '(value) => { const inner = (x) => x + 1; class Inner {} return inner(value) + Inner.name; }';
    const { code } = transformSync('module.exports = ' + source, { keepNames: true });
    const module_ = { exports: {} };
    new Function('module', code)(module_);
    new WorkerPool({ size: 1 }).do(module_.exports, 1).subscribe(console.log);`);
  expect(lines).toEqual(['2Inner']);
  expect(hasEndedWell).toBe(true);
});
