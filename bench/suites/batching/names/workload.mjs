/**
 * Answers to authors to names: the N+1 query everybody has. Loads per second, where a load is one key asked for. What
 * belongs to a request is made anew for each, as loaders with a cache are in a service; all else is made once.
 */
import { medianTimes } from '../../../harness/rounds.mjs';
import { row } from '../../../harness/row.mjs';
import { numbers } from '../table.mjs';
import { loaders } from './dataloader.mjs';
import { flatMaps, generators } from './effect.mjs';
import { loadsPerAnswer, questionsOf } from './questions.mjs';
import { asyncFunctions, tasks } from './sluice.mjs';

const perRequest = (program) => (questions) => (ids) => program(questions)(ids);

const programs = {
  tasks,
  'tasks with cache': perRequest((questions) => tasks(questions, { cache: true })),
  'async functions': asyncFunctions,
  'DataLoader without cache': (questions) => loaders(questions, { cache: false }),
  'DataLoader with cache': perRequest((questions) => loaders(questions, { cache: true })),
  Effect: generators,
  'Effect with flatMap': flatMaps,
};

/** Who is compared with whom: those that promise the same. */
const pairings = [
  { sluice: 'tasks', peerName: 'DataLoader without cache' },
  { sluice: 'tasks with cache', peerName: 'DataLoader with cache' },
  { sluice: 'tasks', peerName: 'Effect' },
  { sluice: 'tasks', peerName: 'Effect with flatMap' },
  { sluice: 'async functions', peerName: 'DataLoader without cache' },
];

export async function* names() {
  const workload = 'answers → authors → names';
  yield* measured(workload, { size: 10_000, rounds: 51 });
  yield* measured(workload, { size: 1_000, rounds: 51, repeat: 8 });
}

export async function* namesOfFewAuthors() {
  yield* measured('ten answers to an author', { size: 10_000, rounds: 15, answersPerAuthor: 10 });
}

/** @returns {AsyncGenerator<import('../../../harness/row.mjs').Row>} */
async function* measured(workload, { size, rounds, repeat = 1, answersPerAuthor = 1 }) {
  const ids = numbers(size);
  const questions = questionsOf(size, answersPerAuthor);
  const contenders = Object.entries(programs).map(([name, program]) => {
    const namesOf = program(questions);
    return { name, work: () => namesOf(ids) };
  });
  const times = await medianTimes(contenders, { rounds, repeat });
  const loadsPerSecond = (name) => (size * loadsPerAnswer * 1000) / times.get(name);
  for (const { sluice, peerName } of pairings) {
    yield row({
      workload: `${workload}: ${sluice}`,
      size,
      metric: 'loads per second',
      sluice: loadsPerSecond(sluice),
      peer: loadsPerSecond(peerName),
      peerName,
    });
  }
}
