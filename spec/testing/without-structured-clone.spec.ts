/**
 * jsdom, as jest runs it, has no `structuredClone`: the tools for tests work there as well.
 */
import { runAlone } from '../support/process';

it('sluice/testing is loaded, and refuses what a thread would, where there is no structuredClone', () => {
  const ended = runAlone(
    `
    const { VirtualPool } = require('sluice/testing');
    new TestScheduler(() => {}).run(() => {
      const pool = new VirtualPool({ size: 1 });
      pool.do((n) => n.one + 1, { one: 1 }).subscribe(console.log);
      pool.do((n) => n, { socket: new Proxy({}, {}) }).subscribe({ error: ({ name }) => console.log(name) });
    });`,
    { before: 'delete globalThis.structuredClone;' },
  );
  expect(ended).toEqual({ lines: ['2', 'TransferError'], stderr: '', hasEndedWell: true });
});
