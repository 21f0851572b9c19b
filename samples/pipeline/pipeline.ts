/**
 * The pipeline enriches each event with a user and a product, and stores the result. The code of one event is plain; the
 * look-ups and the writes of all events in work meet in batches. An event keeps its place until its row is stored, so a
 * slow database slows the source down, and memory stays flat.
 */
import { all, batch, pullMap, task, type PullSource } from 'sluice';
import { byKey, retryTask } from 'sluice/tools';
import { from, map, type Observable, type ObservableInput } from 'rxjs';
import type { Outcome, Product, SaleEvent, SaleRow, User } from './sale';

/** The services around the pipeline, each of which answers many keys at once. */
export interface Services {
  /** The users with these ids, in any order; an unknown id has none. */
  usersWith(ids: readonly number[]): ObservableInput<readonly User[]>;
  productsWith(ids: readonly number[]): ObservableInput<readonly Product[]>;
  /** Stores rows, all or none of them. Storing a row again has no effect, because a feed may deliver an event twice. */
  store(rows: readonly SaleRow[]): ObservableInput<unknown>;
}

export interface PipelineOptions {
  /** Number of events in work at a time, which also bounds the keys of a look-up. */
  readonly concurrency: number;
  /** Number of rows in one write. */
  readonly batchSize: number;
  /** Source of chance for the delays before a failed write is tried again. */
  readonly random?: () => number;
}

export function pipeline(
  events: PullSource<SaleEvent>,
  services: Services,
  { concurrency, batchSize, random = Math.random }: PipelineOptions,
): Observable<Outcome> {
  const userOf = batch((ids: readonly number[]) => byId(services.usersWith(ids)), { name: 'userOf' });
  const productOf = batch((ids: readonly number[]) => byId(services.productsWith(ids)), {
    name: 'productOf',
    // The products are few, and asked for again and again.
    cache: { max: 1_000, ttl: 60_000 },
  });
  const write = batch((rows: readonly SaleRow[]) => from(services.store(rows)).pipe(map(() => rows)), {
    name: 'write',
    key: (row) => row.id,
    maxSize: batchSize,
    // While one batch is being written, the next events are looked up.
    concurrency: 1,
  });
  const store = retryTask(write, { attempts: 5, delay: 100, backoff: 'exponential', jitter: 'equal', random });

  const handle = task(function* handle(event: SaleEvent) {
    const [user, product] = yield* all([userOf(event.userId), productOf(event.productId)]);
    if (!user) return rejected(event, `unknown user ${event.userId}`);
    if (!product) return rejected(event, `unknown product ${event.productId}`);
    yield* store({
      id: event.id,
      user: user.name,
      product: product.name,
      total: event.quantity * product.price,
    });
    return { id: event.id, status: 'stored' } satisfies Outcome;
  });

  return pullMap(events, (event) => handle(event), { concurrency });
}

/** The records by their ids, and `undefined` for an id without one. */
const byId = <T extends { readonly id: number }>(
  records: ObservableInput<readonly T[]>,
): Observable<ReadonlyMap<number, T | undefined>> =>
  from(records).pipe(map((found) => byKey(found, ({ id }) => id, { missing: undefined })));

function rejected({ id }: SaleEvent, reason: string): Outcome {
  return { id, status: 'rejected', reason };
}
