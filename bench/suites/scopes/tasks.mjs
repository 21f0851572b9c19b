/** Tasks started in a scope and waited for, beside the same tasks without one: what is above them is the scope's cost. */
import { Effect, Fiber } from 'effect';
import { medianTimes } from '../../harness/rounds.mjs';
import { row } from '../../harness/row.mjs';
import { scoped, task } from '../../sluice.mjs';

const size = 10_000;
/** ns for each task that a scope may cost. */
const bound = 2_000;

const answer = task(function* () {
  return 42;
});
const bare = task(function* () {
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
  const times = await medianTimes(
    [
      { name: 'bare', work: async () => bare() },
      { name: 'scoped', work: async () => inAScope },
      { name: 'Effect', work: () => Effect.runPromise(inEffect) },
    ],
    { rounds: 31 },
  );
  const nsEach = (name) => (times.get(name) * 1e6) / size;
  const figures = { workload: 'a task in a scope', size };
  yield row({
    ...figures,
    metric: 'ns each',
    sluice: nsEach('scoped'),
    peer: nsEach('bare'),
    peerName: 'the bare task',
  });
  yield row({
    ...figures,
    metric: 'ns above the bare task',
    sluice: nsEach('scoped') - nsEach('bare'),
    peer: bound,
    peerName: 'the bound of 2 µs',
  });
  yield row({ ...figures, metric: 'ns each', sluice: nsEach('scoped'), peer: nsEach('Effect'), peerName: 'Effect' });
}
