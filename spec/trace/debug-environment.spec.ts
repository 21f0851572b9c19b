/**
 * `SLUICE_DEBUG`: debugging from the start of a process.
 */
import { runAlone, type ProcessResult } from '../support/process';

/** Says whether there are places, and whether there is a doctor. */
const PROGRAM = `
  const warnings = [];
  console.warn = (text) => warnings.push(text);
  try {
    task(() => { throw new Error('for its stack'); })().block();
  } catch (error) {
    console.log('places', error.stack.includes('asked for'));
  }
  task(function* makesItsOwn() { for (const name of ['own', 'again']) batch((keys) => keys, { name }); })().block();
  console.log('doctor', warnings.length > 0);
`;

/** With the variable set before anything is loaded. */
function runWith(words: string | undefined): ProcessResult {
  const set =
    words === undefined ? 'delete process.env.SLUICE_DEBUG' : `process.env.SLUICE_DEBUG = ${JSON.stringify(words)}`;
  return runAlone(PROGRAM, { flags: ['--import', `data:text/javascript,${encodeURIComponent(set)}`] });
}

describe('SLUICE_DEBUG', () => {
  it.each<readonly [string | undefined, boolean, boolean]>([
    [undefined, false, false],
    ['', false, false],
    ['0', false, false],
    ['false', false, false],
    ['off', false, false],
    ['1', true, true],
    ['true', true, true],
    ['on', true, true],
    ['callSites', true, false],
    ['callSites, doctor', true, true],
  ])('%p', (words, hasPlaces, hasDoctor) => {
    expect(runWith(words)).toEqual({
      lines: [`places ${hasPlaces}`, `doctor ${hasDoctor}`],
      stderr: '',
      hasEndedWell: true,
    });
  });

  it('with an unknown word prints a warning and ignores the word', () => {
    const { lines, stderr, hasEndedWell } = runWith('nonsense');
    expect(lines).toEqual(['places false', 'doctor false']);
    expect(stderr).toContain(
      'sluice: expected `SLUICE_DEBUG` to be 1, 0, callSites, doctor or a list of these; got "nonsense"',
    );
    expect(hasEndedWell).toBe(true);
  });

  it('applies the known words of a list with an unknown one', () => {
    const { lines, stderr } = runWith('callSites,nonsense');
    expect(lines).toEqual(['places true', 'doctor false']);
    expect(stderr).toContain('got "nonsense"');
  });

  it('with "doctor" turns the doctor on', () => {
    expect(runWith('doctor').lines[1]).toBe('doctor true');
  });

  it('is overridden by debug(false)', () => {
    const set = 'process.env.SLUICE_DEBUG = "1"';
    const ended = runAlone(`require('sluice').debug(false); ${PROGRAM}`, {
      flags: ['--import', `data:text/javascript,${encodeURIComponent(set)}`],
    });
    expect(ended.lines).toEqual(['places false', 'doctor false']);
  });
});
