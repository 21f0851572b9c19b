/**
 * Answers to authors to names: the common N+1 query. A load is one requested key. Loaders with a cache are created for each
 * request, as in a service; the others are created once.
 */
import { importOwn } from '../../../harness/own-instance.mjs';
import { timeRounds } from '../../../harness/rounds.mjs';
import { timedRow } from '../../../harness/row.mjs';
import { numbers } from '../table.mjs';
import { loadsPerAnswer } from './questions.mjs';

/**
 * @typedef {object} NamesProgram
 * @property {'sluice' | 'dataloader' | 'effect' | 'floor'} library
 * @property {string} program the name of an export
 * @property {{ cache: boolean }} [config]
 * @property {boolean} [perRequest]
 *
 * @typedef {object} NamesConfig
 * @property {string} title
 * @property {number} size number of answers
 * @property {number} rounds
 * @property {number} [repeat]
 * @property {number} [answersPerAuthor]
 * @property {readonly Pairing[]} pairings
 *
 * @typedef {{ sluice: string, peerName: string }} Pairing programs with the same guarantees
 */

/** @type {Readonly<Record<string, NamesProgram>>} */
const programs = {
  tasks: { library: 'sluice', program: 'tasks' },
  'tasks with cache': { library: 'sluice', program: 'tasks', config: { cache: true }, perRequest: true },
  'async functions': { library: 'sluice', program: 'asyncFunctions' },
  'DataLoader without cache': { library: 'dataloader', program: 'loaders', config: { cache: false } },
  'DataLoader with cache': { library: 'dataloader', program: 'loaders', config: { cache: true }, perRequest: true },
  Effect: { library: 'effect', program: 'generators' },
  'Effect with flatMap': { library: 'effect', program: 'flatMaps' },
  'the floor': { library: 'floor', program: 'tasks' },
};

const cached = { sluice: 'tasks with cache', peerName: 'DataLoader with cache' };
const dataLoaderPairings = [
  { sluice: 'tasks', peerName: 'DataLoader without cache' },
  { sluice: 'tasks', peerName: 'the floor' },
  cached,
  { sluice: 'async functions', peerName: 'DataLoader without cache' },
];
const effectPairings = [
  { sluice: 'tasks', peerName: 'Effect' },
  { sluice: 'tasks', peerName: 'Effect with flatMap' },
];

const title = 'answers → authors → names';

export const namesOfThousand = () =>
  measure({ title, size: 1_000, rounds: 31, repeat: 8, pairings: dataLoaderPairings });

export const namesOfTenThousand = () => measure({ title, size: 10_000, rounds: 21, pairings: dataLoaderPairings });

/** A separate workload, because Effect has far more code and garbage than the other contenders. */
export const namesBesideEffect = () => measure({ title, size: 10_000, rounds: 7, pairings: effectPairings });

export const namesOfFewAuthors = () =>
  measure({ title: 'ten answers for each author', size: 10_000, rounds: 21, answersPerAuthor: 10, pairings: [cached] });

/** @param {NamesConfig} config */
async function* measure({ title, size, rounds, repeat = 1, answersPerAuthor = 1, pairings }) {
  const names = [...new Set(pairings.flatMap(({ sluice, peerName }) => [sluice, peerName]))];
  const contenders = await Promise.all(names.map((name) => createContender(name, size, answersPerAuthor)));
  const times = await timeRounds(contenders, { rounds, repeat });
  for (const { sluice, peerName } of pairings) {
    yield timedRow({
      workload: `${title}: ${sluice}`,
      size,
      metric: 'loads per second',
      operations: size * loadsPerAnswer,
      sluice: times.get(sluice),
      peer: times.get(peerName),
      peerName,
    });
  }
}

/** Creates a contender with its own module instance and data. */
async function createContender(
  /** @type {string} */ name,
  /** @type {number} */ size,
  /** @type {number} */ answersPerAuthor,
) {
  const { library, program, config, perRequest } = programs[name];
  const instance = await importOwn(new URL(`./${library}.mjs`, import.meta.url));
  const ids = numbers(size);
  const questions = instance.questionsOf(size, answersPerAuthor);
  const make = () => instance[program](questions, config);
  if (perRequest) return { name, work: () => make()(ids) };
  const namesOf = make();
  return { name, work: () => namesOf(ids) };
}
