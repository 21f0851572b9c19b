/** The command `npm run pipeline`, run as a process with its database, and the feeds and the report that it is made of. */
import { eventsOf, inventedEvents } from '../../samples/pipeline/feed';
import { PipelineError } from '../../samples/pipeline/pipeline-error';
import { asText, NOTHING, tally } from '../../samples/pipeline/report';
import { failureOf } from '../support/failure-of';
import { temporaryFolder } from '../support/temporary-folder';
import { runSample } from './run-sample';

const { path: folder, write } = temporaryFolder();

const run = (args: readonly string[]) => runSample('pipeline', args, folder);

interface PrintedReport {
  readonly events: number;
  readonly rejected: number;
  readonly rows: number;
  readonly queries: { readonly users: number; readonly products: number; readonly writes: number };
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

describe('npm run pipeline', () => {
  it('stores invented events in few queries, and accounts for each of them', () => {
    const { status, stdout, stderr } = run(['--events', '3000', '--concurrency', '100', '--batch', '50', '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { events, rejected, rows, queries } = JSON.parse(stdout) as PrintedReport;
    const ids = new Set([...inventedEvents(3_000)].map(({ id }) => id));
    expect(events).toBe(3_000);
    expect(rejected).toBeGreaterThan(0);
    expect(rows).toBeGreaterThanOrEqual(ids.size - rejected);
    expect(rows).toBeLessThanOrEqual(ids.size);
    expect(queries.users).toBeLessThan(100);
    expect(queries.writes).toBeLessThan(100);
  });

  it('refuses a wrong option in one line, with exit code 1', () => {
    const { status, stdout, stderr } = run(['--concurrency', '0']);
    expect(stderr).toMatch(/^[^\n]+Give a whole number, 1 or more\.\n$/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});

describe('a feed of the pipeline', () => {
  it('gives the events of a file, without its empty lines', async () => {
    const events = [...inventedEvents(3)];
    const file = write('events.jsonl', `\n${events.map((event) => JSON.stringify(event)).join('\r\n\r\n')}`);
    expect(await all(eventsOf(file))).toEqual(events);
  });

  it.each([
    ['is not JSON', '{"id": 1, "userId": 1, "productId": 1, "quantity": 1}\nnot json\n', ':2 is not JSON'],
    ['is not an event', '{"id": "1"}\n', ':1 is not an event { id, userId, productId, quantity } of whole numbers'],
    ['is null', 'null\n', ':1 is not an event { id, userId, productId, quantity } of whole numbers'],
  ])('names the line that %s', async (_, content, message) => {
    const file = write('broken.jsonl', content);
    const error = await failureOf<Error>(all(eventsOf(file)));
    expect(error).toBeInstanceOf(PipelineError);
    expect(error.message).toBe(`${file}${message}`);
  });

  it('names a file that cannot be read', async () => {
    const error = await failureOf<Error>(all(eventsOf('nowhere.jsonl')));
    expect(error).toEqual(new PipelineError('cannot read nowhere.jsonl: ENOENT'));
  });

  it('invents the same events each time, some of them twice', () => {
    const events = [...inventedEvents(5_000)];
    expect([...inventedEvents(5_000)]).toEqual(events);
    expect(new Set(events.map(({ id }) => id)).size).toBeLessThan(5_000);
  });
});

describe('the report of the pipeline', () => {
  it('counts the events and their queries, and gives the first reasons', () => {
    const outcomes = Array.from({ length: 9 }, (_, id) =>
      id < 2 ? ({ id, status: 'stored' } as const) : ({ id, status: 'rejected', reason: 'no user' } as const),
    );
    const report = {
      ...outcomes.reduce(tally, NOTHING),
      rows: 2,
      queries: { users: 1, products: 2, writes: 3 },
      seconds: 0.5,
    };
    expect(asText(report).split('\n')).toEqual([
      '9 events in 0.5 s (18 a second): 2 rows stored, 7 rejected',
      'queries: 1 for users, 2 for products, 3 writes',
      ...[2, 3, 4, 5, 6].map((id) => `  event ${String(id)}: no user`),
      '  and 2 more',
    ]);
  });
});
