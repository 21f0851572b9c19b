/** A task that cannot be sent fails before any task behind it is sent: its caller may still cancel those. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TransferError } from 'sluice/pool';
import { temporaryFolder } from '../../support/temporary-folder';
import { poolFixture, ignore } from './pool-fixture';
import { sharedNumbers, waitUntil } from '../../support/shared-memory';

const pooled = poolFixture();
const folder = temporaryFolder();

/** In ms: longer than a thread needs to start a task that was sent. */
const LONG_ENOUGH = 300;

describe('a task that is cancelled when the one before it cannot be sent', () => {
  it('is not sent, although its thread comes first in the list', async () => {
    const before = await pooled({ size: 1 }).do(() => process.getBuiltinModule('node:worker_threads').threadId);
    const opened = join(folder.path, 'opened');
    const pair = pooled({
      size: 2,
      // A pool with an environment of its own has a supervisor of its own, which takes the next id.
      env: { OLDER: String(before + 2), OPENED: opened },
      init: async () => {
        const { existsSync } = process.getBuiltinModule('node:fs');
        const { threadId } = process.getBuiltinModule('node:worker_threads');
        if (threadId !== Number(process.env['OLDER'])) return;
        while (!existsSync(process.env['OPENED'] ?? '')) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
    // The newer thread has worked before, so it gets the first task.
    await pair.do(() => 1);
    expect(pair.stats.idle).toBe(1);
    writeFileSync(opened, '');
    await waitUntil(() => pair.stats.idle === 2);

    const begun = sharedNumbers(1);
    const unsendable = pair.do((value: unknown) => value, ignore);
    const second = pair.do((flag: Int32Array) => {
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
    }, begun);
    second.then(ignore, ignore);
    const error = await new Promise((resolve) => {
      unsendable.subscribe({
        error: (reason: unknown) => {
          Atomics.wait(begun, 0, 0, LONG_ENOUGH);
          second.cancel();
          resolve(reason);
        },
      });
    });
    expect(error).toBeInstanceOf(TransferError);
    expect(begun[0]).toBe(0);
  });
});
