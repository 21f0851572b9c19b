/**
 * Copies of the library in one process: of equal copies only the first is used; unequal copies cause a warning.
 */
import { registerCopy, type LibraryCopy } from '../../src/core/copies';

const copy = (folder: string, { version = '1.0.0', rxjs = '/rxjs' } = {}): LibraryCopy => ({
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

const emittedWarnings = (): unknown[] => warnings.mock.calls.map(([message]) => message);

describe('registerCopy', () => {
  it('returns the only copy', () => {
    const only = copy('/a');
    expect(registerCopy(only)).toBe(only);
    expect(emittedWarnings()).toEqual([]);
  });

  it('returns an equal copy that was registered first', () => {
    const first = copy('/a');
    registerCopy(first);
    expect(registerCopy(copy('/b'))).toBe(first);
    expect(registerCopy(copy('/c'))).toBe(first);
    expect(emittedWarnings()).toEqual([]);
  });

  it('replaces a copy whose folder is loaded again', () => {
    registerCopy(copy('/a'));
    const again = copy('/a');
    expect(registerCopy(again)).toBe(again);
    expect(registerCopy(copy('/b'))).toBe(again);
    expect(emittedWarnings()).toEqual([]);
  });

  it('returns a copy of another version, and warns with the names of both', () => {
    registerCopy(copy('/a'));
    const other = copy('/b', { version: '1.1.0' });
    expect(registerCopy(other)).toBe(other);
    expect(emittedWarnings()).toEqual([
      'sluice is loaded in two versions: 1.0.0 in /a and 1.1.0 in /b. ' +
        'Each copy has its own schedulers, caches, contexts and traces, so tasks of one copy share nothing with tasks of the other. ' +
        'Install a single copy: `npm ls sluice` shows which packages depend on each.',
    ]);
  });

  it('returns a copy of the same version with another RxJS, and warns', () => {
    registerCopy(copy('/a'));
    const other = copy('/b', { rxjs: '/b/rxjs' });
    expect(registerCopy(other)).toBe(other);
    expect(emittedWarnings()).toEqual([
      expect.stringContaining('twice, with two copies of RxJS: /a (with /rxjs) and /b (with /b/rxjs).'),
    ]);
    expect(emittedWarnings()).toEqual([expect.stringContaining('`npm ls rxjs`')]);
  });

  it('returns an equal copy also where an unequal one was registered first', () => {
    registerCopy(copy('/a'));
    const second = copy('/b', { version: '1.1.0' });
    registerCopy(second);
    expect(registerCopy(copy('/c', { version: '1.1.0' }))).toBe(second);
    expect(emittedWarnings()).toHaveLength(1);
  });

  it('emits no warning where the platform has no process.emitWarning', () => {
    const spied: unknown = Reflect.get(process, 'emitWarning');
    Reflect.set(process, 'emitWarning', undefined);
    registerCopy(copy('/a'));
    const other = copy('/b', { version: '1.1.0' });
    const used = registerCopy(other);
    Reflect.set(process, 'emitWarning', spied);
    expect(used).toBe(other);
  });
});
