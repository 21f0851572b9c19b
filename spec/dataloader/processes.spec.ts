/**
 * Behaviours of both packages that need a process of their own: reports of unhandled rejections, a platform without
 * `process.nextTick`, and what the garbage collector keeps.
 */
import { runAlone } from '../support/process';

/** The lines of a program, in which `DataLoader` is the class, `fails` a batch function that rejects, and `turn` waits. */
function linesOf(name: string, program: string, options: Parameters<typeof runAlone>[1] = {}): readonly string[] {
  const { lines, stderr, hasEndedWell } = runAlone(
    `const DataLoader = require('${name}');
     const fails = () => Promise.reject(new Error('failed'));
     const turn = () => new Promise((resolve) => setTimeout(resolve, 2));
     void (async () => {${program}})();`,
    options,
  );
  expect(stderr).toBe('');
  expect(hasEndedWell).toBe(true);
  return lines;
}

const packages = ['dataloader', 'sluice/dataloader'];

/** The programs by what they do, with the number of reports. */
const reportsOfPrograms: readonly (readonly [string, string, number])[] = [
  ['a loadMany that fails is never reported', 'new DataLoader(fails, options).loadMany([1, 2]);', 0],
  [
    'each load of a failed batch is reported once',
    'const loader = new DataLoader(fails, options); loader.load(1); loader.load(2);',
    2,
  ],
  [
    'a handled load of a failed batch is not reported, another one is',
    'const loader = new DataLoader(fails, options); loader.load(1).catch(() => 0); loader.load(2);',
    1,
  ],
  [
    'a load that is handled before its batch is not reported',
    'new DataLoader(fails, options).load(1).catch(() => 0);',
    0,
  ],
  [
    'the second load of a key is the only report of both: the first one is handled by it',
    'const loader = new DataLoader(fails, options); loader.load(1); loader.load(1);',
    1,
  ],
  [
    'each load with an Error in its place is reported once',
    'const loader = new DataLoader(async (keys) => keys.map(() => new Error()), options); loader.load(1); loader.load(2);',
    2,
  ],
  [
    'a hit of a failed key is reported',
    `const loader = new DataLoader(async (keys) => keys.map(() => new Error()), options);
     await loader.load(1).catch(() => 0);
     loader.load(1);`,
    1,
  ],
  [
    'a load whose place has a promise that rejects is reported',
    'new DataLoader(async () => [fails()], options).load(1);',
    1,
  ],
  [
    'a load of a batch function that throws is reported',
    'new DataLoader(() => { throw new Error(); }, options).load(1);',
    1,
  ],
  ['a primed Error that no load asks for is not reported', 'new DataLoader(fails, options).prime(1, new Error());', 0],
  ['a load of a primed Error is reported', 'new DataLoader(fails, options).prime(1, new Error()).load(1);', 1],
  [
    'a handled load of a primed Error is not reported',
    'new DataLoader(fails, options).prime(1, new Error()).load(1).catch(() => 0);',
    0,
  ],
  [
    'a primed promise that rejects is reported if no load asks for it',
    'new DataLoader(fails, options).prime(1, fails());',
    1,
  ],
  [
    'a primed promise that rejects is not reported if its load is handled',
    'new DataLoader(fails, options).prime(1, fails()).load(1).catch(() => 0);',
    0,
  ],
  [
    'each load without a cache is reported',
    `const loader = new DataLoader(fails, { ...options, cache: false });
     loader.load(1);
     loader.load(2);`,
    2,
  ],
];

describe.each([
  ['dataloader', 'dataloader', '{}'],
  ['sluice/dataloader', 'sluice/dataloader', '{}'],
  ['sluice/dataloader with an option of sluice', 'sluice/dataloader', '{ hold: 1 }'],
])('unhandled rejections of %s', (_, name, options) => {
  let reports: readonly string[];
  beforeAll(() => {
    reports = linesOf(
      name,
      `const options = ${options};
       let reports = 0;
       process.on('unhandledRejection', () => reports++);
       ${reportsOfPrograms
         .map(([, program]) => `reports = 0; await (async () => {${program}})(); await turn(); console.log(reports);`)
         .join('\n')}`,
    );
  });

  it.each(reportsOfPrograms.map(([title, , count], index) => [title, index, count] as const))(
    '%s',
    (_title, index, count) => {
      expect(Number(reports[index])).toBe(count);
    },
  );
});

describe.each(packages)('%s without process.nextTick', (name) => {
  /** A program before which the package was loaded on a platform without some functions, which appear afterwards. */
  const linesWithout = (missing: readonly string[], program: string): readonly string[] =>
    linesOf(name, program, {
      before: `
        const missing = { ${missing.join(', ')} };
        const { nextTick } = process;
        process.nextTick = undefined;
        for (const name of Object.keys(missing)) globalThis[name] = undefined;
        require('${name}');
        process.nextTick = nextTick;
        Object.assign(globalThis, missing);`,
    });
  const logging = `
    const loader = new DataLoader(async (keys) => { console.log(keys.join()); return keys; });
    const loads = [loader.load('sync')];
    process.nextTick(() => process.nextTick(() => loads.push(loader.load('tick'))));
    Promise.resolve().then(() => loads.push(loader.load('job')));`;

  it('dispatches in a setImmediate, which all ticks and promise jobs join', () => {
    expect(
      linesWithout(
        [],
        `setImmediate(() => console.log('immediate before'));
         ${logging}
         setImmediate(() => {
           console.log('immediate after');
           setImmediate(async () => console.log((await Promise.all(loads)).join()));
         });`,
      ),
    ).toEqual(['immediate before', 'sync,tick,job', 'immediate after', 'sync,tick,job']);
  });

  it('dispatches in a setTimeout with one argument if there is no setImmediate', () => {
    expect(
      linesWithout(
        ['setImmediate'],
        `const { setTimeout: original } = globalThis;
         globalThis.setTimeout = (...args) => { console.log('setTimeout', args.length); return original(...args); };
         ${logging}
         original(async () => console.log((await Promise.all(loads)).join()), 10);`,
      ),
    ).toEqual(['setTimeout 1', 'sync,tick,job', 'sync,tick,job']);
  });
});

describe('sluice/dataloader', () => {
  it.each([
    ['the eager path', '{}'],
    ["the scheduler's path", '{ hold: 1 }'],
  ])('does not keep the store of the first request on %s', (_, options) => {
    const program = `
      const { AsyncLocalStorage } = require('node:async_hooks');
      const storage = new AsyncLocalStorage();
      const isKept = async () => {
        const reference = new WeakRef({});
        await storage.run(reference.deref(), () => new DataLoader(async (keys) => keys, ${options}).loadMany([1, 2]));
        for (let round = 0; round < 5; round++) await turn();
        gc();
        await turn();
        gc();
        return reference.deref() !== undefined;
      };
      console.log(await isKept(), await isKept());`;
    expect(linesOf('sluice/dataloader', program, { flags: ['--expose-gc'] })).toEqual(['false false']);
  });

  it.each([
    ['the eager path', '{}'],
    ["the scheduler's path", '{ hold: 1 }'],
  ])(
    'fails the loads of a failed batch whose cacheMap cannot delete, and reports the error of delete, on %s',
    (_, options) => {
      const program = `
      process.on('unhandledRejection', ({ message }) => console.log('reported', message));
      const cacheMap = { get() {}, set() {}, clear() {}, delete(key) { throw new Error('no delete of ' + key); } };
      const loader = new DataLoader(fails, { ...${options}, cacheMap });
      console.log((await loader.loadMany([1, 2])).map(String).join());`;
      expect([...linesOf('sluice/dataloader', program)].sort()).toEqual([
        'Error: failed,Error: failed',
        'reported no delete of 1',
      ]);
    },
  );
});
