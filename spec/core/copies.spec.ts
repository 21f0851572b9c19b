/**
 * Two copies of the library in one process: equal ones are one, and those that cannot be one are named in a warning.
 */
import { firstOf, type Copy } from '../../src/core/copies';

const copy = (folder: string, { version = '1.0.0', rxjs = '/rxjs' } = {}): Copy => ({
  version,
  folder,
  rxjs,
  doors: {},
});

const registry = Symbol.for('sluice.copies');
let warnings: jest.SpyInstance<unknown, Parameters<typeof process.emitWarning>>;

beforeEach(() => {
  warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(() => {
  warnings.mockRestore();
  Reflect.deleteProperty(globalThis, registry);
});

const warned = (): unknown[] => warnings.mock.calls.map(([message]) => message);

describe('a copy of the library', () => {
  it('is used where it is the only one', () => {
    const only = copy('/a');
    expect(firstOf(only)).toBe(only);
    expect(warned()).toEqual([]);
  });

  it('gives way to an equal one that was loaded before it', () => {
    const first = copy('/a');
    firstOf(first);
    expect(firstOf(copy('/b'))).toBe(first);
    expect(firstOf(copy('/c'))).toBe(first);
    expect(warned()).toEqual([]);
  });

  it('replaces its former self when it is loaded once more', () => {
    firstOf(copy('/a'));
    const again = copy('/a');
    expect(firstOf(again)).toBe(again);
    expect(firstOf(copy('/b'))).toBe(again);
    expect(warned()).toEqual([]);
  });

  it('is used beside one of another version, with a warning that names both', () => {
    firstOf(copy('/a'));
    const other = copy('/b', { version: '1.1.0' });
    expect(firstOf(other)).toBe(other);
    expect(warned()).toEqual([
      'sluice is loaded in two versions: 1.0.0 in /a and 1.1.0 in /b. ' +
        'Each copy has its own schedulers, caches, contexts and traces, so tasks of one share nothing with those of the other. ' +
        'Install one of them: `npm ls sluice` shows which packages bring them.',
    ]);
  });

  it('is used beside one of the same version that is built on another RxJS, with a warning', () => {
    firstOf(copy('/a'));
    const other = copy('/b', { rxjs: '/b/rxjs' });
    expect(firstOf(other)).toBe(other);
    expect(warned()).toEqual([
      expect.stringContaining('twice, each time with another RxJS: /a (with /rxjs) and /b (with /b/rxjs).'),
    ]);
    expect(warned()).toEqual([expect.stringContaining('`npm ls rxjs`')]);
  });

  it('finds its equal also where a third one was loaded first', () => {
    firstOf(copy('/a'));
    const second = copy('/b', { version: '1.1.0' });
    firstOf(second);
    expect(firstOf(copy('/c', { version: '1.1.0' }))).toBe(second);
    expect(warned()).toHaveLength(1);
  });

  it('warns of nothing where the platform has no warnings', () => {
    // As in a browser.
    const spied: unknown = Reflect.get(process, 'emitWarning');
    Reflect.set(process, 'emitWarning', undefined);
    firstOf(copy('/a'));
    const other = copy('/b', { version: '1.1.0' });
    const used = firstOf(other);
    Reflect.set(process, 'emitWarning', spied);
    expect(used).toBe(other);
  });
});
