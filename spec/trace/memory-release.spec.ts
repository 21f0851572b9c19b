/** Memory is released: neither errors nor debugging nor a trace keep values of a program alive. */
import { runAlone } from '../support/process';

/** Runs it with a garbage collector at hand: `hasGone` gives it time, and says whether it has collected that. */
function printedBy(program: string): readonly string[] {
  const { lines, stderr } = runAlone(
    `
    const { debug } = require('sluice');
    const { trace$, metrics } = require('sluice/trace');
    console.warn = (text) => console.log(text.split('\\n')[0]);
    // A WeakRef keeps its target alive until the end of a turn in which it is read.
    const isThere = (reference) => reference.deref() !== undefined;
    const hasGone = async (reference) => {
      for (let turns = 0; turns < 200; turns++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        gc();
        if (!isThere(reference)) return true;
      }
      return false;
    };
    const large = () => ({ body: new Uint8Array(1e6) });
    (async () => { ${program} })().then(() => process.reallyExit(0));`,
    { flags: ['--expose-gc'] },
  );
  return stderr ? [...lines, stderr] : lines;
}

const debugging = [
  ['off', ''],
  ['on', 'debug();'],
];

describe('an error that the program keeps', () => {
  it.each(debugging)('does not keep the tasks it passed through alive, with debugging %s', (_, beforehand) => {
    const program = `
      ${beforehand}
      const log = [];
      let request;
      await (async () => {
        const body = large();
        request = new WeakRef(body);
        const inner = task(function* inner() { throw new Error('no'); });
        const outer = task(function* outer(body) { try { yield* inner(); } catch (error) { log.push(error); } });
        await outer(body);
      })();
      console.log(await hasGone(request), log.length);`;
    expect(printedBy(program)).toEqual(['true 1']);
  });
});

describe('a future that was never run, and is only held by its caller', () => {
  const program = `
    const nameOf = batch((ids) => ids, { name: 'nameOf' });
    class Page { load() { this.name = nameOf(1); } }
    let page;
    (() => { const one = new Page(); one.load(); page = new WeakRef(one); })();
    console.log(await hasGone(page));
    await new Promise((resolve) => setTimeout(resolve, 1));`;

  it('is collected with its caller', () => {
    expect(printedBy(program)).toEqual(['true']);
  });

  it('is collected with its caller while debugging is on, and gets a warning', () => {
    const said = printedBy(`debug(); ${program}`);
    expect([...said].sort()).toEqual(['sluice doctor: a call of nameOf returned a future that was never run,', 'true']);
  });
});

describe('the values of a flush', () => {
  it.each([
    ['nobody looks on', ''],
    ['a trace goes on', 'trace$.subscribe(metrics());'],
    ['debugging is on', 'debug();'],
  ])('go when it has landed, while %s', (_, beforehand) => {
    const program = `
      ${beforehand}
      const load = batch((ids) => ids.map(large), { name: 'load' });
      let value;
      await (async () => { value = new WeakRef(await load(1)); })();
      console.log(await hasGone(value));`;
    expect(printedBy(program)).toEqual(['true']);
  });
});
