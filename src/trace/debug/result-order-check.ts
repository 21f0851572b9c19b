/**
 * Warns of a resolver that returns its results in another order than its keys, so that a key gets the result of another.
 * The check compares the keys with a property of the results, such as `id`.
 */
import { describe, describeBatch } from '../../core/describe';
import type { InstrumentationEvent } from '../../scheduler/instrumentation';
import type { Warnings } from './warnings';
import { capturedSiteOf } from '../events/instrumentation-hub';

type ResolvedEvent = Extract<InstrumentationEvent, { readonly type: 'batch-resolved' }>;
type Properties = Readonly<{ [name: string]: unknown }>;

export function checkResultOrder({ batch, keys, result }: ResolvedEvent, warnings: Warnings): void {
  const elements = elementsOf(result);
  if (elements?.length !== keys.length) return;
  const comparableKeys = new Set(keys.map(comparable));
  const pairs = keys.flatMap((key, index) => {
    const element = elements[index];
    return isPlainResult(element) ? [{ key, result: propertiesOf(element) }] : [];
  });
  const [first] = pairs;
  // A property identifies a result if it is one of the keys in all results, a different one in each.
  const identifying = Object.keys(first?.result ?? {}).filter(
    (name) =>
      IDENTITY_PROPERTY.test(name) &&
      pairs.every(({ result: { [name]: value } }) => comparableKeys.has(comparable(value))) &&
      new Set(pairs.map(({ result: { [name]: value } }) => comparable(value))).size === pairs.length,
  );
  // One property in the order of the keys is enough: another may have values of keys by chance.
  if (identifying.some((name) => pairs.every((pair) => isMatch(pair, name)))) return;
  const [name] = identifying;
  const wrong = name === undefined ? undefined : pairs.find((pair) => !isMatch(pair, name));
  if (name === undefined || !wrong) return;
  const problem = `the resolver of ${describeBatch(batch.name)} returned its results in another order than its keys`;
  const [asker] = batch.keyWaiters();
  warnings.warn({
    problem,
    subject: problem,
    example: `Key ${describe(wrong.key)} got the result whose ${name} is ${describe(wrong.result[name])}. `,
    advice: 'Return the results in the order of the keys, or as a Map.',
    site: capturedSiteOf(asker?.waiter)?.line,
  });
}

const isMatch = ({ key, result }: { readonly key: unknown; readonly result: Properties }, name: string): boolean =>
  comparable(result[name]) === comparable(key);

/** Other properties may have keys of something else: `partnerId` is the key of the partner. */
const IDENTITY_PROPERTY = /^_?(id|key|uuid|guid|code|slug|name)$/i;

/** A database may return a number as a text. */
const comparable = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;

/** The elements of an array, without calling getters: it may be a proxy, or compute its elements on access. */
function elementsOf(result: unknown): unknown[] | undefined {
  try {
    if (!Array.isArray(result)) return undefined;
    return Array.from(result.keys(), (index): unknown => Object.getOwnPropertyDescriptor(result, index)?.value);
  } catch {
    return undefined;
  }
}

/** An array is excluded, since its element may be a key of something else, such as that of a neighbour. */
const isPlainResult = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Error) && !Array.isArray(value);

/** The data properties of an object, without calling getters, which may have effects. A proxy may throw. */
function propertiesOf(value: object): Properties {
  try {
    const descriptors = Object.entries(Object.getOwnPropertyDescriptors(value));
    return Object.fromEntries(
      descriptors.flatMap(([name, one]) => (one.enumerable && 'value' in one ? [[name, one.value as unknown]] : [])),
    );
  } catch {
    return {};
  }
}
