/** jsdom, as jest runs it, has no `structuredClone`; the tools for tests work there as well. */
import { runAlone } from '../support/process';

it('sluice/testing loads without structuredClone, and refuses values that threads cannot send', () => {
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
