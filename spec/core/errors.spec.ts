import { runInNewContext } from 'node:vm';
import { BatchResultError, isSluiceError, MissingResultError, SluiceError, WouldBlockError } from 'sluice';

describe('the error classes', () => {
  it('MissingResultError names the batch and the key', () => {
    const error = new MissingResultError('nameOf', 7, '7');
    expect(error).toMatchObject({ batch: 'nameOf', key: 7 });
    expect(error.message).toMatch(/"nameOf".*key 7/);
  });

  it('BatchResultError explains the result undefined', () => {
    expect(new BatchResultError('nameOf', [7], { got: 'undefined', keysText: '7' }).message).toContain(
      'its resolver returned undefined: the resolver completed without a result. ',
    );
  });

  it('BatchResultError advises batch(task(…)) for a generator object', () => {
    const error = new BatchResultError('nameOf', [7], { got: 'a generator object', keysText: '7' });
    expect(error.message).toMatch(
      /returned a generator object, which does not run by itself: .*batch\(task\(function\* …\)\)\. /,
    );
  });

  it('errors of batches call a batch without a name "An unnamed batch"', () => {
    expect(new MissingResultError('batch', 7, '7').message).toMatch(/^An unnamed batch ended without/);
    expect(new BatchResultError('batch', [7], { got: 'null', keysText: '7' }).message).toMatch(
      /^An unnamed batch requested 1 key/,
    );
  });

  it('WouldBlockError names everything that block() waits for', () => {
    const error = new WouldBlockError(['one', 'other']);
    expect(error.waitingFor).toEqual(['one', 'other']);
    expect(error.message).toContain('one; other');
  });
});

describe('SluiceError', () => {
  const parts = { what: 'It broke.', why: 'It was old.', how: 'Mend it.' };

  it('joins the three parts to its message', () => {
    expect(new SluiceError('SLUICE_IT', parts).message).toBe('It broke. It was old. Mend it.');
  });

  it('keeps a cause of any type', () => {
    expect(new SluiceError('SLUICE_IT', { ...parts, cause: 'rust' }).cause).toBe('rust');
  });

  it('has no property `cause` without a cause', () => {
    expect(Object.hasOwn(new SluiceError('SLUICE_IT', parts), 'cause')).toBe(false);
  });

  it('has the name of its class', () => {
    class BrokenError extends SluiceError {}
    expect(new BrokenError('SLUICE_BROKEN', parts).name).toBe('BrokenError');
  });
});

describe('isSluiceError', () => {
  it('recognises an error of another copy of the library, in another realm', () => {
    const foreign: unknown = runInNewContext(`Object.assign(new Error(), { [Symbol.for('sluice.error')]: true })`);
    expect(foreign).not.toBeInstanceOf(Error);
    expect(isSluiceError(foreign)).toBe(true);
  });

  it.each([[new Error('mine')], ['SLUICE_TIMEOUT'], [{ code: 'SLUICE_TIMEOUT' }], [null], [undefined], [7]])(
    'returns false for %p',
    (other) => expect(isSluiceError(other)).toBe(false),
  );
});
