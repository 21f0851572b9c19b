/** Tasks that a scope starts and awaits, compared with the same tasks without a scope: the difference is the cost of the scope. */
import { Effect, Fiber } from 'effect';
import { timeRounds } from '../../harness/rounds.mjs';
import { row, timedRow } from '../../harness/row.mjs';
import { scoped, task } from '../../sluice.mjs';

const size = 10_000;
/** Limit in ns for the cost of a scope for each task. */
const boundNs = 2_000;

const answer = task(function* () {
  return 42;
});
const inATask = task(function* () {
  for (let count = 0; count < size; count++) yield* answer();
  return size;
});
const inAScope = scoped(function* (scope) {
  for (let count = 0; count < size; count++) scope.start(answer());
  yield null;
  return size;
});
const inEffect = Effect.scoped(
  Effect.gen(function* () {
    const child = Effect.gen(function* () {
      return 42;
    });
    const fibers = [];
    for (let count = 0; count < size; count++) fibers.push(yield* Effect.forkScoped(child));
    for (const fiber of fibers) yield* Fiber.join(fiber);
    return size;
  }),
);

export async function* tasksInAScope() {
  const times = await timeRounds(
    [
      { name: 'bare', work: async () => inATask() },
      { name: 'scoped', work: async () => inAScope },
      { name: 'Effect', work: () => Effect.runPromise(inEffect) },
    ],
    { rounds: 31 },
  );
  const labels = { workload: 'a task in a scope', size };
  const sluice = times.get('scoped');
  const bare = times.get('bare');
  yield timedRow({ ...labels, metric: 'ns each', sluice, peer: bare, peerName: 'the bare task' });
  yield row({
    ...labels,
    metric: 'ns above the bare task',
    sluice: ((sluice.wallMs - bare.wallMs) * 1e6) / size,
    peer: boundNs,
    peerName: 'the bound of 2 µs',
  });
  yield timedRow({ ...labels, metric: 'ns each', sluice, peer: times.get('Effect'), peerName: 'Effect' });
}
