/**
 * The graphql suite: requests of a GraphQL server whose resolvers ask for one row at a time, with sluice and with
 * DataLoader. Both servers have the same schema, the same database in the process, and the same answers.
 */
import { strictEqual } from 'node:assert';
import { setTimeout } from 'node:timers/promises';
import { heapInUse } from '../../harness/heap.mjs';
import { timeRounds } from '../../harness/rounds.mjs';
import { row, timedRow } from '../../harness/row.mjs';
import { LINKS, openDatabase, PAGES } from './database.mjs';
import { dataLoaderServer, sluiceServer } from './servers.mjs';

const peerName = 'DataLoader';
const LEVELS = '{ pages { url title links { text target { url title } } } }';

/** @typedef {import('./database.mjs').Database} Database */

/** A request of each page, of its links, and of the page that each link leads to. */
async function* levels() {
  const database = await openDatabase();
  const [sluice, dataLoader] = [sluiceServer(database), dataLoaderServer(database)];
  const workload = 'pages × links × targets';
  const size = PAGES * LINKS;
  yield row({
    ...{ workload, size, metric: 'round trips', peerName },
    ...(await queriesOf(database, LEVELS, sluice, dataLoader)),
  });
  const contenders = [
    { name: 'sluice', work: () => sluice(LEVELS) },
    { name: peerName, work: () => dataLoader(LEVELS) },
  ];
  const times = await timeRounds(contenders, { rounds: 51, repeat: 4 });
  const [timed, peer] = contenders.map(({ name }) => times.get(name));
  if (timed && peer)
    yield timedRow({ workload, size, metric: 'requests per second', operations: 1, sluice: timed, peer, peerName });
  await database.close();
}

/** Half of the resolvers ask one turn of the event loop later than the others. */
async function* unevenDepths() {
  const database = await openDatabase();
  const queries = await queriesOf(
    database,
    '{ pages { late { title } } }',
    sluiceServer(database),
    dataLoaderServer(database),
  );
  // The list of pages is one query more.
  const [sluice, peer] = [queries.sluice - 1, queries.peer - 1];
  yield row({ workload: 'uneven depths', size: PAGES, metric: 'round trips', sluice, peer, peerName });
  await database.close();
}

/** The queries of one request; both servers must have the same answer. */
async function queriesOf(
  /** @type {Database} */ database,
  /** @type {string} */ query,
  /** @type {readonly import('./servers.mjs').Server[]} */ ...servers
) {
  const answers = [];
  const counts = [];
  for (const server of servers) {
    const before = database.queries;
    answers.push(await server(query));
    counts.push(database.queries - before);
  }
  strictEqual(answers[0], answers[1], 'the answers of the servers differ');
  return { sluice: counts[0], peer: counts[1] };
}

const REQUESTS = 10_000;

/** The heap that requests leave behind, after a warm-up that compiles the code. */
async function* heap() {
  const database = await openDatabase();
  const left = [];
  for (const server of [sluiceServer(database), dataLoaderServer(database)]) {
    await serve(server, REQUESTS / 10);
    const before = await settledHeap();
    await serve(server, REQUESTS);
    left.push((await settledHeap()) - before);
  }
  const [sluice, peer] = left;
  yield row({ workload: 'heap after requests', size: REQUESTS, metric: 'bytes left', sluice, peer, peerName });
  await database.close();
}

/** Serves small requests, some at a time. */
async function serve(/** @type {import('./servers.mjs').Server} */ server, /** @type {number} */ count) {
  const query = '{ page(id: 7) { title links { text target { title } } } }';
  const side = 10;
  for (let done = 0; done < count; done += side) await Promise.all(Array.from({ length: side }, () => server(query)));
}

/** The heap in use, after timers of the requests are over. */
async function settledHeap() {
  await setTimeout(100);
  return heapInUse();
}

/** @type {readonly import('../../harness/workload.mjs').Workload[]} */
export const workloads = [
  { name: 'pages × links × targets', run: levels },
  { name: 'uneven depths', run: unevenDepths, once: true },
  { name: 'heap after requests', run: heap, once: true },
];
