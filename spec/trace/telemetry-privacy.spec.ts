/** What spans of OpenTelemetry show of keys and values without `showKeys`: nothing in any text that sluice writes itself. */
import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { batch, emit, scoped, task, type Future } from 'sluice';
import { openTelemetry, trace$ } from 'sluice/trace';

const KEY = 'ssn-123-45-6789';

const ignore = (): void => undefined;

async function spansOf(work: () => PromiseLike<unknown>, showKeys = false): Promise<readonly ReadableSpan[]> {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('spec');
  const watching = trace$.subscribe(openTelemetry(api, { tracer, showKeys }));
  await work().then(ignore, ignore);
  watching.unsubscribe();
  return exporter.getFinishedSpans();
}

const textOf = (spans: readonly ReadableSpan[]): string =>
  JSON.stringify(spans.map(({ name, status, events, attributes }) => [name, status, events, attributes]));

const missing = batch((): Map<string, string> => new Map(), { name: 'missing' });
const half = batch((keys: readonly string[]) => new Map(keys.slice(1).map((key) => [key, key])), { name: 'half' });
const short = batch((): string[] => [], { name: 'short' });
const stray = batch(
  (_: readonly string[], flush) => {
    flush.succeed(`${KEY}-other`, '');
    return [''];
  },
  { name: 'stray' },
);

const pageOf = task(function* page(future: Future<unknown>) {
  yield* future;
});

const works: readonly (readonly [string, () => PromiseLike<unknown>])[] = [
  ['a key without a result', () => pageOf(missing(KEY))],
  ['some keys without a result', () => pageOf(half.many([KEY, 'other']))],
  ['a result of the wrong length', () => pageOf(short(KEY))],
  ['a result for a key that was not asked for', () => pageOf(stray(KEY))],
  ['a scope that is cancelled with a reason', () => scoped((scope) => scope.cancel(KEY))],
  ['a scope of which a key fails', () => scoped((scope) => void scope.start(missing(KEY)))],
  [
    'a yield of a value',
    () =>
      task(function* page() {
        yield KEY;
      })(),
  ],
  [
    'an emission in a task',
    () =>
      task<[], unknown, unknown>(function* page() {
        yield emit(KEY);
      })(),
  ],
  [
    'a yield of a record with a value',
    () =>
      task(function* page() {
        yield { of: [KEY] };
      })(),
  ],
  [
    'a wrong argument',
    () =>
      task(() => {
        batch(() => [], { window: KEY as never });
      })(),
  ],
];

it.each(works)('%s is shown without the key', async (_, work) => {
  expect(textOf(await spansOf(work))).not.toContain('ssn-123');
});

it('an error of sluice is shown by its class and its code, and with showKeys by its message', async () => {
  const work = (): PromiseLike<unknown> => pageOf(missing(KEY));
  expect((await spansOf(work)).map(({ name, status }) => [name, status.message])).toEqual([
    ['missing', 'MissingResultError (SLUICE_MISSING_RESULT)'],
    ['page', 'MissingResultError (SLUICE_MISSING_RESULT)'],
  ]);
  expect(textOf(await spansOf(work, true))).toContain(KEY);
});

it('the message of any other error is shown as it is', async () => {
  const spans = await spansOf(() =>
    task(() => {
      throw new RangeError('too far');
    })(),
  );
  expect(textOf(spans)).toContain('RangeError: too far');
});

it('the reason of a cancellation is shown with showKeys', async () => {
  expect(textOf(await spansOf(() => scoped((scope) => scope.cancel(KEY)), true))).toContain('ssn-123');
});
