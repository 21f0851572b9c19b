/** Ten million items pass through `pullMap` in the memory of a few; `mergeMap` takes in the whole source. */
import { runAlone } from '../support/process';

/** Runs a program in a process whose heap has room for some hundred thousand numbers, and not for ten million. */
const printedBy = (program: string): readonly string[] =>
  runAlone(
    `const { pullMap } = require('sluice');
    const source = function* () { for (let n = 0; n < 1e7; n++) yield n; };
    ${program}`,
    { flags: ['--max-old-space-size=24'] },
  ).lines;

describe('ten million items', () => {
  it('pass through pullMap in flat memory', () => {
    const count = `const one = rx.of(1);
      pullMap(source, () => one, { concurrency: 8 }).pipe(rx.count()).subscribe((n) => console.log(n));`;
    expect(printedBy(count)).toEqual(['10000000']);
  });

  it('overflow the memory of mergeMap, as soon as one inner Observable is slow', () => {
    const count = `rx.from(source()).pipe(rx.mergeMap((n) => rx.timer(1), 8), rx.take(1)).subscribe((n) => console.log(n));`;
    expect(printedBy(count)).toEqual([]);
  });

  it('do not overflow the memory of pullMap, when one inner Observable is slow', () => {
    const count = `pullMap(source, (n) => rx.timer(1), { concurrency: 8 }).pipe(rx.take(1)).subscribe((n) => console.log(n));`;
    expect(printedBy(count)).toEqual(['0']);
  });
});
