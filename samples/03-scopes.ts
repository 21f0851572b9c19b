/** Work that is started in a scope ends before the scope does, also when the scope is cancelled. */
import { scoped } from 'sluice';
import { setTimeout } from 'node:timers/promises';

const report = scoped(
  function* report(scope) {
    scope.ensure(() => console.log('connection closed'));
    const rows = scope.start(async ({ signal }) => {
      signal.addEventListener('abort', () => console.log('query cancelled'));
      await setTimeout(10_000, undefined, { signal });
      return 'rows';
    });
    return yield* rows;
  },
  { timeout: 20 },
);

async function main(): Promise<void> {
  console.log(await report.then(undefined, (error) => (error as Error).name));
}

export const done = main();
// → query cancelled
// → connection closed
// → DeadlineError
