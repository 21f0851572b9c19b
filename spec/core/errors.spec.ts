import { runInNewContext } from 'node:vm';
import { BatchResultError, isSluiceError, MissingResultError, SluiceError, WouldBlockError } from 'sluice';

describe('the errors', () => {
  it('name the batch and the key', () => {
    const error = new MissingResultError('nameOf', 7, '7');
    expect(error).toMatchObject({ batch: 'nameOf', key: 7 });
    expect(error.message).toMatch(/"nameOf".*key 7/);
  });

  it('say that a resolver ended without a result', () => {
    expect(new BatchResultError('nameOf', [7], { got: 'undefined', keysText: '7' }).message).toContain(
      'its resolver gave undefined: it completed without a result. ',
    );
  });

  it('say what to do with a generator', () => {
    const error = new BatchResultError('nameOf', [7], { got: 'a generator object', keysText: '7' });
    expect(error.message).toMatch(/gave a generator object, which nobody drives: .*batch\(task\(function\* …\)\)\. /);
  });

  it('do not stutter where a batch has no name', () => {
    expect(new MissingResultError('batch', 7, '7').message).toMatch(/^An unnamed batch ended without/);
    expect(new BatchResultError('batch', [7], { got: 'null', keysText: '7' }).message).toMatch(
      /^An unnamed batch asked for 1 key/,
    );
  });

  it('name what block() waits for', () => {
    const error = new WouldBlockError(['one', 'other']);
    expect(error.waitingFor).toEqual(['one', 'other']);
    expect(error.message).toContain('one; other');
  });
});

describe('SluiceError', () => {
  const lesson = { what: 'It broke.', why: 'It was old.', how: 'Mend it.' };

  it('makes its message of three sentences', () => {
    expect(new SluiceError('SLUICE_IT', lesson).message).toBe('It broke. It was old. Mend it.');
  });

  it('keeps its cause, whatever it is', () => {
    expect(new SluiceError('SLUICE_IT', { ...lesson, cause: 'rust' }).cause).toBe('rust');
  });

  it('has no cause if none is given', () => {
    expect(Object.hasOwn(new SluiceError('SLUICE_IT', lesson), 'cause')).toBe(false);
  });

  it('takes its name from its class', () => {
    class BrokenError extends SluiceError {}
    expect(new BrokenError('SLUICE_BROKEN', lesson).name).toBe('BrokenError');
  });
});

describe('isSluiceError', () => {
  it('knows an error of another copy of the library, in another realm', () => {
    const foreign: unknown = runInNewContext(`Object.assign(new Error(), { [Symbol.for('sluice.error')]: true })`);
    expect(foreign).not.toBeInstanceOf(Error);
    expect(isSluiceError(foreign)).toBe(true);
  });

  it.each([[new Error('mine')], ['SLUICE_TIMEOUT'], [{ code: 'SLUICE_TIMEOUT' }], [null], [undefined], [7]])(
    'does not take %p for one',
    (other) => expect(isSluiceError(other)).toBe(false),
  );
});
