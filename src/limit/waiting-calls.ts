/** The waiting calls of a limiter, as its schedulers describe what their tasks wait for. */
import { describe } from '../core/describe';
import type { ExternalWaitDescription } from '../scheduler/contract';
import { SharedWaits } from '../scheduler/shared-waits';
import type { LimitedRun } from './limited-run';

interface Limiting {
  readonly title: string;
  waitingRuns(): Iterable<LimitedRun>;
}

/** The external waits of a limiter: one for each scheduler whose tasks have waiting calls. */
export const waitsOf = (limiting: Limiting): SharedWaits =>
  new SharedWaits({
    describe: (count) => `${String(count)} call(s) that wait in ${limiting.title}`,
    *waitDescriptions(state): Generator<ExternalWaitDescription> {
      for (const run of limiting.waitingRuns()) {
        if (run.schedulerState === state)
          yield { waiter: run.parent, what: `${run.host.describeRun(run)}, key ${describe(run.key)}` };
      }
    },
  });
