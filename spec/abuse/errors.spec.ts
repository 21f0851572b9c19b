/** Every error class of sluice has a stable code, a name, a brand, and a message of three sentences. */
import {
  AlreadySetError,
  BatchResultError,
  CancelledError,
  DeadlineError,
  DeadlockError,
  isSluiceError,
  MissingResultError,
  NotReadyError,
  RecursionError,
  ScopeClosedError,
  ScopeDeadlockError,
  SluiceError,
  SuspensionError,
  TaskLeakError,
  TaskTimeoutError,
  UnawaitedError,
  WouldBlockError,
} from 'sluice';

const errors: readonly (readonly [name: string, code: string, error: SluiceError])[] = [
  ['MissingResultError', 'SLUICE_MISSING_RESULT', new MissingResultError('nameOf', 7, '7')],
  ['BatchResultError', 'SLUICE_BATCH_RESULT', new BatchResultError('nameOf', [7], { got: 'undefined', keysText: '7' })],
  ['WouldBlockError', 'SLUICE_WOULD_BLOCK', new WouldBlockError(['batch "nameOf"'])],
  ['DeadlockError', 'SLUICE_DEADLOCK', new DeadlockError()],
  ['TaskTimeoutError', 'SLUICE_TIMEOUT', new TaskTimeoutError(10)],
  ['NotReadyError', 'SLUICE_NOT_READY', new NotReadyError()],
  ['AlreadySetError', 'SLUICE_ALREADY_SET', new AlreadySetError()],
  ['SuspensionError', 'SLUICE_SUSPENSION', new SuspensionError()],
  ['RecursionError', 'SLUICE_RECURSION', new RecursionError('countUp', 2_000_001)],
  ['CancelledError', 'SLUICE_CANCELLED', new CancelledError('enough')],
  ['ScopeClosedError', 'SLUICE_SCOPE_CLOSED', new ScopeClosedError('import', 'start', { state: 'closed' })],
  ['ScopeDeadlockError', 'SLUICE_SCOPE_DEADLOCK', new ScopeDeadlockError('import')],
  ['DeadlineError', 'SLUICE_DEADLINE', new DeadlineError('import', 5)],
  ['TaskLeakError', 'SLUICE_TASK_LEAK', new TaskLeakError('import', 'page', { graceMs: 5, startedAt: 'at main' })],
  ['UnawaitedError', 'SLUICE_UNAWAITED', new UnawaitedError('import', 'page')],
];

describe.each(errors)('%s', (name, code, error) => {
  it('is an Error and a SluiceError by class and by brand', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(SluiceError);
    expect(isSluiceError(error)).toBe(true);
  });

  it('has its code and its name, also as text', () => {
    expect(error).toMatchObject({ code, name });
    expect(String(error)).toBe(`${name}: ${error.message}`);
    expect(error.stack).toContain(name);
  });

  it('has a message of three sentences', () => {
    expect(error.message.split(/(?<=\.) /)).toHaveLength(3);
    expect(error.message).toMatch(/\.$/);
  });

  it('has its code and its name as JSON', () => {
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code, name });
  });
});

it('the codes of all error classes differ', () => {
  expect(new Set(errors.map(([, code]) => code)).size).toBe(errors.length);
});

describe('a SluiceError', () => {
  it('has the given cause, or no property `cause`', () => {
    const cause = new Error('cause');
    const parts = { what: 'It broke.', why: 'It was old.', how: 'Buy another.' };
    expect(new SluiceError('SLUICE_SPEC', { ...parts, cause }).cause).toBe(cause);
    expect(new SluiceError('SLUICE_SPEC', parts)).not.toHaveProperty('cause');
  });

  it('of another copy of the library is recognised by its brand, but not by its class', () => {
    jest.isolateModules(() => {
      const copy = jest.requireActual<typeof import('sluice')>('sluice');
      const foreign = new copy.DeadlockError();
      expect(foreign).not.toBeInstanceOf(SluiceError);
      expect(isSluiceError(foreign)).toBe(true);
    });
  });
});

describe('isSluiceError', () => {
  it.each([undefined, null, 5, 'SLUICE_TIMEOUT', {}, new Error('mine'), { code: 'SLUICE_TIMEOUT' }, () => 1])(
    'is false for %p',
    (value) => {
      expect(isSluiceError(value)).toBe(false);
    },
  );
});
