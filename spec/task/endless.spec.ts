/** A task that calls itself without end is stopped with an error that names it, while there is memory left. */
import { runAlone } from '../support/process';

/** Runs `recursive`, an expression with the exports of sluice in scope, in a process with a small heap. */
const endOf = (recursive: string, { limit = 200, then = '' } = {}) =>
  runAlone(
    `
    const { scoped, ScopedValue, within } = require('sluice');
    const { lazyConstant } = require('sluice/tools');
    (async () => {
      await (${recursive}).then(
        (value) => console.log('value ' + value),
        ({ name, code, task, depth }) => console.log(name, code, task, depth > 10_000),
      );
      ${then}
    })();
  `,
    { flags: [`--max-old-space-size=${String(limit)}`] },
  );

describe('a task that calls itself without end is stopped with an error that names it:', () => {
  it.each([
    ['directly', 'one', '(() => { const a = task(function* one() { yield* a(); }); return a(); })()'],
    ['in a list', 'listed', '(() => { const a = task(function* listed() { yield [a()]; }); return a(); })()'],
    [
      'through a lazyConstant',
      'lazy',
      '(() => { const a = task(function* lazy() { yield* lazyConstant(a); }); return a(); })()',
    ],
    [
      'through a scope',
      'one',
      '(() => { const a = task(function* one() { return yield* scoped(() => a()); }); return a(); })()',
    ],
    [
      'through work that it starts in a scope',
      'anonymous',
      '(() => { const a = task(function* one() { return yield* scoped(function* (s) { return yield* s.start(a); }); }); return a(); })()',
    ],
    [
      'through a context',
      'one',
      '(() => { const v = new ScopedValue(1), a = task(function* one() { return yield* within(v.override(2), a()); }); return a(); })()',
    ],
  ])('%s', (_, name, recursive) => {
    const { lines, hasEndedWell } = endOf(recursive, { then: `console.log('continues', await Future.of(7));` });
    expect(lines).toEqual([`RecursionError SLUICE_RECURSION ${name} true`, 'continues 7']);
    expect(hasEndedWell).toBe(true);
  });
});

it('a deep recursion that ends is not stopped while there is memory left', () => {
  const { lines } = endOf(
    '(() => { const a = task(function* deep(n) { return n === 0 ? 0 : (yield* a(n - 1)) + 1; }); return a(200_000); })()',
  );
  expect(lines).toEqual(['value 200000']);
});
