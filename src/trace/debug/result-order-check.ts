/**
 * A resolver that gives its results in another order than that of its keys answers one key with what is another's. It
 * can be seen where each result has a property that is one of the keys: an `id`, say.
 */
import { describe, describeBatch } from '../../core/describe';
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import type { Warnings } from './warnings';
import { siteWhere } from '../events/instrumentation-hub';

type Resolved = Extract<InstrumentationEvent, { readonly type: 'resolved' }>;
type Record = Readonly<{ [name: string]: unknown }>;

export function adviseOnOrder(note: Resolved, advice: Warnings): void {
  const result = elementsOf(note.result);
  if (result) look({ ...note, result }, advice);
}

function look({ batch, keys, result }: Resolved, advice: Warnings): void {
  if (!Array.isArray(result) || result.length !== keys.length) return;
  const asked = new Set(keys.map(alike));
  const pairs = keys.flatMap((key, index) => {
    const value: unknown = result[index];
    return isRecord(value) ? [{ key, value: dataOf(value) }] : [];
  });
  const [first] = pairs;
  // A property that is a key in all of them, each once.
  const telling = Object.keys(first?.value ?? {}).filter(
    (name) =>
      IDENTITY.test(name) &&
      pairs.every(({ value }) => asked.has(alike(value[name]))) &&
      new Set(pairs.map(({ value }) => alike(value[name]))).size === pairs.length,
  );
  // That one of them agrees is enough: another may be a key by chance.
  if (telling.some((name) => pairs.every(({ key, value }) => alike(value[name]) === alike(key)))) return;
  const [name] = telling;
  const wrong = name === undefined ? undefined : pairs.find(({ key, value }) => alike(value[name]) !== alike(key));
  if (name === undefined || !wrong) return;
  const what = `the resolver of ${describeBatch(batch.name)} gave results in another order than that of its keys`;
  const [asker] = batch.askers();
  advice.warn({
    what,
    subject: what,
    example: `Key ${describe(wrong.key)} got the result whose ${name} is ${describe(wrong.value[name])}. `,
    how: 'Return them in the order of the keys, or as a Map.',
    site: siteWhere(asker?.waiter)?.line,
  });
}

/** Others may be keys of something else: a `partnerId` is that of another. */
const IDENTITY = /^_?(id|key|uuid|guid|code|slug|name)$/i;

/** A number from a database may come as a text. */
const alike = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;

/** What a list holds without being asked: it may be a proxy, or make its elements as they are read. */
function elementsOf(result: unknown): unknown[] | undefined {
  try {
    if (!Array.isArray(result)) return undefined;
    return Array.from(result.keys(), (index): unknown => Object.getOwnPropertyDescriptor(result, index)?.value);
  } catch {
    return undefined;
  }
}

/** What a list holds at a place may well be a key, that of a neighbour, say. */
const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Error) && !Array.isArray(value);

/** What it has without being asked: a getter may do anything, and a proxy too. */
function dataOf(value: object): Record {
  try {
    const descriptors = Object.entries(Object.getOwnPropertyDescriptors(value));
    return Object.fromEntries(
      descriptors.flatMap(([name, one]) => (one.enumerable && 'value' in one ? [[name, one.value as unknown]] : [])),
    );
  } catch {
    return {};
  }
}
