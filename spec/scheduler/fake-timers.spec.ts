/**
 * Fake timers of every kind, installed before sluice is loaded, afterwards, or while work waits: every request gets its
 * result, and no later work waits for a timer dropped by a fake clock.
 */
import { runAlone, type ProcessResult } from '../support/process';

type Sluice = typeof import('sluice');

const { setImmediate: genuineImmediate } = globalThis;
const turn = (): Promise<void> => new Promise((resolve) => void genuineImmediate(resolve));

/** Programs print HANG instead of waiting forever. */
const TOOLS = `
  const realTimeout = setTimeout;
  const later = (ms) => new Promise((resolve) => realTimeout(resolve, ms));
  const orHang = (promise) => Promise.race([promise, later(2_000).then(() => 'HANG')]);
  const say = (...words) => console.log(...words);
`;

const end = `.then(() => process.exit(0), (error) => (console.error(error), process.exit(1)));`;

/** `setUp` runs before sluice is loaded; \`main\` is the body of an async function. */
function linesOf({ setUp, main }: { readonly setUp: string; readonly main: string }): readonly string[] {
  const ended: ProcessResult = runAlone(`(async () => { ${main} })()${end}`, { before: `${TOOLS}${setUp}` });
  return ended.hasEndedWell ? ended.lines : [...ended.lines, ended.stderr];
}

const SINON = `const clock = require('@sinonjs/fake-timers').install();`;
const NODE_TEST = `const { mock } = require('node:test'); mock.timers.enable();`;
const BY_HAND = `
  const genuine = process.nextTick;
  process.nextTick = () => undefined;`;

describe.each([
  ['@sinonjs/fake-timers', SINON, 'clock.uninstall();'],
  ['node:test', NODE_TEST, 'mock.timers.reset();'],
  ['a nextTick that never comes, which has no mark of a fake', BY_HAND, 'process.nextTick = genuine;'],
])('fake timers of %s that are there before sluice', (_name, setUp, uninstall) => {
  it('do not prevent a flush, while installed and afterwards', () => {
    const lines = linesOf({
      setUp,
      main: `
        const nameOf = batch(async (ids) => ids.map((id) => 'user ' + id));
        say(await orHang(nameOf(1)));
        say(await orHang(task(function* () { return [yield* nameOf(2), yield* nameOf(3)].join(); })()));
        ${uninstall}
        say(await orHang(nameOf(4)));
        say(await orHang(batch((ids) => ids)(5)));`,
    });
    expect(lines).toEqual(['user 1', 'user 2,user 3', 'user 4', '5']);
  });

  it('do not split the flush of callers at any depth of the microtask queue', () => {
    const lines = linesOf({
      setUp,
      main: `
        const rowOf = batch((ids) => (say(...ids), ids));
        const ask = async (depth) => { for (let i = 0; i < depth; i++) await null; return rowOf(depth); };
        await orHang(Promise.all([0, 1, 7, 50].map(ask)));
        ${uninstall}
        await orHang(Promise.all([0, 1, 7, 50].map(ask)));`,
    });
    expect(lines).toEqual(['0 1 7 50', '0 1 7 50']);
  });
});

describe('fake timers of @sinonjs/fake-timers', () => {
  it('installed after loading control the window of a batch', () => {
    const lines = linesOf({
      setUp: `const install = () => require('@sinonjs/fake-timers').install();`,
      main: `
        const nameOf = batch((ids) => ids, { window: 5_000 });
        say(await orHang(batch((ids) => ids)(0)));
        const clock = install();
        const asked = nameOf(1).then(say);
        await null;
        await clock.tickAsync(4_999);
        say('still open');
        await clock.tickAsync(1);
        await orHang(asked);`,
    });
    expect(lines).toEqual(['0', 'still open', '1']);
  });

  it('installed and removed repeatedly leave no request without its result', () => {
    const lines = linesOf({
      setUp: `const { install } = require('@sinonjs/fake-timers');`,
      main: `
        const nameOf = batch((ids) => ids);
        for (let round = 0; round < 4; round++) {
          const clock = install();
          say(await orHang(nameOf(round)));
          clock.uninstall();
          say(await orHang(nameOf(round)));
        }`,
    });
    expect(lines).toEqual(['0', '0', '1', '1', '2', '2', '3', '3']);
  });
});

describe("a window that is open when a test's fake timers are removed", () => {
  it.each([
    ['node:test', `const { mock } = require('node:test');`, 'mock.timers.enable();', 'mock.timers.reset();'],
    [
      '@sinonjs/fake-timers',
      `let clock; const { install } = require('@sinonjs/fake-timers');`,
      'clock = install();',
      'clock.uninstall();',
    ],
    [
      '@sinonjs/fake-timers set to a far day',
      `let clock; const { install } = require('@sinonjs/fake-timers');`,
      'clock = install({ now: 4e12 });',
      'clock.uninstall();',
    ],
  ])('is flushed for the next request (%s)', (_name, setUp, install, uninstall) => {
    const lines = linesOf({
      setUp,
      main: `
        const nameOf = batch((ids) => (say('flush', ...ids), ids), { window: 5 });
        ${install}
        nameOf(1).subscribe();
        await null;
        ${uninstall}
        say(await orHang(nameOf(2)));
        say(await orHang(nameOf(3)));`,
    });
    expect(lines).toEqual(['flush 1 2', '2', 'flush 3', '3']);
  });

  it('is flushed on the fake timers of the next test', () => {
    const lines = linesOf({
      setUp: `const { install } = require('@sinonjs/fake-timers');`,
      main: `
        const nameOf = batch((ids) => (say('flush', ...ids), ids), { window: 5_000 });
        let clock = install();
        nameOf(1).subscribe();
        await later(1);
        clock.uninstall();
        clock = install();
        const asked = nameOf(2);
        asked.subscribe();
        await later(1);
        await clock.tickAsync(5_000);
        await later(1);
        say('ticked');`,
    });
    expect(lines).toEqual(['flush 1 2', 'ticked']);
  });

  it('is flushed on the same fake timers, after their timers were dropped', () => {
    const lines = linesOf({
      setUp: `const clock = require('@sinonjs/fake-timers').install();`,
      main: `
        const nameOf = batch((ids) => (say('flush', ...ids), ids), { window: 5_000 });
        nameOf(1).subscribe();
        await later(1);
        clock.reset();
        nameOf(2).subscribe();
        await later(1);
        await clock.tickAsync(5_000);
        await later(1);
        say('ticked');`,
    });
    expect(lines).toEqual(['flush 1 2', 'ticked']);
  });

  it('does not delay a held batch', () => {
    const lines = linesOf({
      setUp: `const { mock } = require('node:test');`,
      main: `
        const dead = batch((ids) => ids, { window: 5 });
        const held = batch((ids) => ids, { hold: 3_600_000 });
        mock.timers.enable();
        dead(1).subscribe();
        await null;
        mock.timers.reset();
        say(await orHang(held(2)));`,
    });
    expect(lines).toEqual(['2']);
  });
});

describe("jest's fake timers", () => {
  const load = (): Sluice => {
    let sluice: Sluice | undefined;
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is to be loaded anew
    jest.isolateModules(() => (sluice = require('sluice') as Sluice));
    if (!sluice) throw new Error('sluice was not loaded');
    return sluice;
  };

  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([
    ['modern', {}],
    ['legacy', { legacyFakeTimers: true } as const],
    ['modern, without nextTick', { doNotFake: ['nextTick' as const] }],
  ])('installed before loading do not prevent a flush (%s)', async (_name, config) => {
    jest.useFakeTimers(config);
    const { batch } = load();
    const nameOf = batch((ids: readonly number[]) => ids);
    await expect(nameOf(1)).resolves.toBe(1);
    jest.useRealTimers();
    await expect(nameOf(2)).resolves.toBe(2);
  });

  it('installed before loading receive no timer of sluice', async () => {
    jest.useFakeTimers();
    await load().batch((ids: readonly number[]) => ids)(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('installed before loading control the window of a batch', async () => {
    jest.useFakeTimers();
    const { batch } = load();
    const asked = batch((ids: readonly number[]) => ids, { window: 5_000 })(1).then((value) => value);
    await turn();
    await jest.advanceTimersByTimeAsync(5_000);
    await expect(asked).resolves.toBe(1);
  });

  it('removed while a window is open leave its batch to the next request', async () => {
    const { batch } = load();
    const nameOf = batch((ids: readonly number[]) => ids, { window: 1 });
    jest.useFakeTimers();
    nameOf(1).subscribe();
    await turn();
    jest.useRealTimers();
    await expect(nameOf(2)).resolves.toBe(2);
  });

  it('cleared while a window is open leave its batch to the next request', async () => {
    const { batch } = load();
    const nameOf = batch((ids: readonly number[]) => ids, { window: 5_000 });
    jest.useFakeTimers();
    nameOf(1).subscribe();
    await turn();
    jest.clearAllTimers();
    const asked = nameOf(2).then((value) => value);
    await turn();
    await jest.advanceTimersByTimeAsync(5_000);
    await expect(asked).resolves.toBe(2);
  });
});

describe('a process.nextTick that is a microtask', () => {
  it.each([
    ['queueMicrotask', '(fire, ...args) => queueMicrotask(() => fire(...args))'],
    ['a promise', '(fire, ...args) => void Promise.resolve().then(() => fire(...args))'],
    ['promises', '(fire, ...args) => void Promise.resolve().then().then().then(() => fire(...args))'],
    ['a call at once', '(fire, ...args) => void fire(...args)'],
  ])('(%s) does not split the flush of callers at different depths', (_name, nextTick) => {
    const lines = linesOf({
      setUp: `process.nextTick = ${nextTick};`,
      main: `
        const rowOf = batch((ids) => (say(...ids), ids));
        const ask = async (depth) => { for (let i = 0; i < depth; i++) await null; return rowOf(depth); };
        for (let round = 0; round < 3; round++) await orHang(Promise.all([0, 1, 3, 10].map(ask)));`,
    });
    expect(lines).toEqual(['0 1 3 10', '0 1 3 10', '0 1 3 10']);
  });
});

describe.each([
  ['', ''],
  [
    'without process.nextTick, as in a browser, ',
    `globalThis.process = Object.create(process, { nextTick: { value: undefined }, getBuiltinModule: { value: undefined } });`,
  ],
])('%sfakeAsync of zone.js', (_name, hide) => {
  const ZONE = `require('zone.js/node'); require('zone.js/testing');`;
  const FAKE_ASYNC = `
    const { fakeAsync, tick } = Zone[Zone.__symbol__('fakeAsyncTest')];
    const test = (body) => Zone.current.fork(new Zone.ProxyZoneSpec()).run(() => {
      try { fakeAsync(body)(); say('passed'); } catch (error) { say(error.message); }
    });`;

  it.each([
    ['loaded before sluice', ZONE + hide, ''],
    ['loaded after sluice', hide, ZONE],
    ['loaded after sluice has flushed', hide, `await batch((ids) => ids)(0); ${ZONE}`],
  ])('flushes a batch by tick() (%s)', (_when, setUp, before) => {
    const lines = linesOf({
      setUp,
      main: `${before}${FAKE_ASYNC}
        const nameOf = batch((ids) => ids.map((id) => 'user ' + id));
        test(() => {
          task(function* () { return [yield* nameOf(1), yield* nameOf(2)].join(); })().subscribe(say);
          say('asked');
          tick();
        });`,
    });
    expect(lines).toEqual(['asked', 'user 1,user 2', 'passed']);
  });

  it.each([
    ['in real time, in the same turn', 'say(await orHang(rowOf(2).then((v) => v)));'],
    ['in real time, later', 'await later(5); say(await orHang(rowOf(2).then((v) => v)));'],
    ['in the next test', 'test(() => { rowOf(2).subscribe(say); tick(); });'],
    ['at the end of a turn', 'say(await orHang(new Promise((done) => batchScheduler.schedule(() => done("row 2")))));'],
    ['in the same window', 'say(await orHang(windowed(2).then(() => "row 2")));'],
  ])('that fails does not prevent the flush of other batches (requested %s)', (_when, ask) => {
    const lines = linesOf({
      setUp: ZONE + hide,
      main: `${FAKE_ASYNC}
        const nameOf = batch((ids) => ids);
        const rowOf = batch((ids) => ids.map((id) => 'row ' + id));
        const windowed = batch((ids) => ids, { window: 5 });
        test(() => {
          nameOf(1).subscribe();
          windowed(1).subscribe();
          batchScheduler.schedule(() => {});
          throw new Error('an assertion failed');
        });
        ${ask}`,
    });
    expect(lines.filter((line) => line !== 'passed')).toEqual(['an assertion failed', 'row 2']);
  });

  it('that fails does not drop requests made before it on real time', () => {
    const lines = linesOf({
      setUp: ZONE + hide,
      main: `${FAKE_ASYNC}
        const nameOf = batch((ids) => ids);
        const asked = nameOf('before').then((value) => value);
        test(() => {
          nameOf('in it').subscribe();
          throw new Error('an assertion failed');
        });
        say(await orHang(asked));`,
    });
    expect(lines).toEqual(['an assertion failed', 'before']);
  });

  it('keeps waiting work in its zone', () => {
    const lines = linesOf({
      setUp: ZONE + hide,
      main: `
        const nameOf = batch((ids) => ids);
        const zone = Zone.current.fork({ name: 'ng' });
        for (let round = 0; round < 3; round++)
          await new Promise((done) => zone.run(() => nameOf(round).subscribe(() => (say(Zone.current.name), done()))));`,
    });
    expect(lines).toEqual(['ng', 'ng', 'ng']);
  });
});

it.each([
  ['before sluice', ''],
  ['after sluice', 'require("sluice");'],
])(
  'a fake clock without a class that comes %s, on a Node that names no modules, leaves every batch its flush',
  (_, load) => {
    const lines = linesOf({
      setUp: `
      process.getBuiltinModule = undefined;
      ${load}
      ${SINON}
      Object.defineProperty(globalThis, 'performance', { value: { __proto__: null, now: () => 0 }, configurable: true, writable: true });`,
      main: `
      const nameOf = batch((ids) => ids.map((id) => 'user ' + id));
      say(await orHang(nameOf(1)));
      clock.uninstall();
      say(await orHang(nameOf(2)));`,
    });
    expect(lines).toEqual(['user 1', 'user 2']);
  },
);
