/** The batches of loaders as traces and `BatchScheduler.events$` show them, on both paths. */
import { batchScheduler, task } from 'sluice';
import { DataLoader } from 'sluice/dataloader';
import { renderTimeline, spansOf, trace$, type TraceEvent } from 'sluice/trace';

type Ids = readonly number[];

/** The events of a program, without times and ids. */
async function tracedEvents(program: () => Promise<unknown>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const tracing = trace$.subscribe((event) => events.push(event));
  await program();
  tracing.unsubscribe();
  return events;
}

const typesOf = (events: readonly TraceEvent[]): string[] =>
  events.map(({ type }) => type).filter((type) => type.startsWith('batch'));

describe.each([
  ['the eager path', {}],
  ["the scheduler's path", { scheduler: batchScheduler }],
])('a batch on %s', (_, options) => {
  it('is opened, asked for each key, flushed and landed in a trace', async () => {
    const loader = new DataLoader((ids: Ids) => Promise.resolve(ids), { ...options, name: 'ids' });
    const events = await tracedEvents(() => loader.loadMany([1, 2]));
    expect(typesOf(events)).toEqual(['batch-open', 'batch-ask', 'batch-ask', 'batch-flush', 'batch-land']);
    expect(events.find(({ type }) => type === 'batch-flush')).toMatchObject({
      batch: 'ids',
      keys: ['1', '2'],
      reason: 'quiescent',
    });
  });

  it('has a span of its flight, which a timeline shows', async () => {
    const loader = new DataLoader((ids: Ids) => Promise.resolve(ids), { ...options, name: 'numbers' });
    const spans = spansOf(await tracedEvents(() => loader.loadMany([1, 2])));
    expect(spans.filter(({ kind }) => kind === 'flight').map(({ name }) => name)).toEqual(['numbers']);
    expect(renderTimeline(spans)).toContain('numbers');
  });

  it('that fails has its error in a trace', async () => {
    const loader = new DataLoader<number, number>(() => Promise.reject(new Error('down')), options);
    const events = await tracedEvents(() => loader.loadMany([1]));
    expect(events.find(({ type }) => type === 'batch-land')).toMatchObject({ error: 'Error: down', failedKeys: 1 });
  });
});

describe('a load in a task', () => {
  it('names its task in a trace', async () => {
    const loader = new DataLoader((ids: Ids) => Promise.resolve(ids), { name: 'ids' });
    const find = task(function* find(id: number) {
      return yield* task(async () => loader.load(id))();
    });
    const events = await tracedEvents(() => find(1).then());
    expect(typesOf(events)).toEqual(['batch-open', 'batch-ask', 'batch-flush', 'batch-land']);
  });
});

describe('the events of a scheduler', () => {
  it('have the flush and the land of an eager batch', async () => {
    const events: string[] = [];
    const subscription = batchScheduler.events$.subscribe(({ type, batch, keys }) =>
      events.push(`${type} ${batch} ${keys.join(',')}`),
    );
    await new DataLoader((ids: Ids) => Promise.resolve(ids), { name: 'ids' }).loadMany([1, 2]);
    subscription.unsubscribe();
    expect(events).toEqual(['flush ids 1,2', 'land ids 1,2']);
  });
});
