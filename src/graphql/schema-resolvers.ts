/**
 * The resolvers of a schema are replaced once, in place, by functions that run them in their request and convert what they
 * return. graphql-js has no other place where the result of a resolver can be changed; a copy of the schema would be unknown
 * to caches and plugins of the server. Without a request of sluice, a replaced resolver does what it did before.
 */
import { isObservable } from 'rxjs';
import { ObservableIterator } from './observable-iterator';
import { RequestLifetime } from './request-lifetime';
import { isThenable } from '../core/is-thenable';
import { afterResult, toEnteringResult, toResolverResult } from './resolver-result';

/** A resolver of a field, as in graphql-js: `(source, args, context, info)`. */
export type FieldResolver = (source: unknown, args: unknown, context: unknown, info: FieldInfo) => unknown;

interface FieldInfo {
  readonly fieldName: string;
  /** The path of the field in the result; `prev` is undefined for a root field. */
  readonly path: { readonly prev: unknown };
}

interface Field {
  resolve?: FieldResolver | null | undefined;
  subscribe?: FieldResolver | null | undefined;
}

interface NamedType {
  getFields?(): Readonly<Record<string, Field>>;
}

interface SchemaTypes {
  getTypeMap?(): Readonly<Record<string, NamedType>>;
}

/** Functions that are replacements already: types may be shared between schemas. */
const replacements = new WeakSet<FieldResolver>();
/** Prepared schemas; `true` if fields without a resolver have got one, too. */
const hasDefaultsBySchema = new WeakMap<object, boolean>();

/**
 * Replaces the resolvers of a schema, unless that was done before.
 *
 * @param fieldResolver becomes the resolver of fields that have none, for servers whose execution cannot be wrapped
 */
export function prepareSchema(schema: SchemaTypes, fieldResolver?: FieldResolver): void {
  const hasDefaults = hasDefaultsBySchema.get(schema);
  if (hasDefaults !== undefined && (hasDefaults || !fieldResolver)) return;
  hasDefaultsBySchema.set(schema, fieldResolver !== undefined);
  if (fieldResolver) replacements.add(fieldResolver);
  for (const [name, type] of Object.entries(schema.getTypeMap?.() ?? {})) {
    // Types of introspection are shared by all schemas.
    if (name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields?.() ?? {})) prepareField(field, fieldResolver);
  }
}

function prepareField(field: Field, fieldResolver: FieldResolver | undefined): void {
  // Fields of input types have neither `resolve` nor `subscribe`.
  if (field.resolve) field.resolve = wrapResolver(field.resolve);
  else if (fieldResolver && 'resolve' in field) field.resolve = fieldResolver;
  if (field.subscribe) field.subscribe = wrapSubscribe(field.subscribe);
}

function wrapResolver(resolve: FieldResolver): FieldResolver {
  return replaced(resolve, (source, args, context, info) => {
    const lifetime = RequestLifetime.find(context);
    if (!lifetime) return resolve(source, args, context, info);
    if (!lifetime.isEntered || lifetime.operation.type === 'mutation')
      return resolveFor(lifetime, info, () => resolve(source, args, context, info));
    lifetime.beforeResolver();
    return toResolverResult(resolve(source, args, context, info), lifetime);
  });
}

/** Runs a resolver in the request of its context, or of the running code; without one, as graphql-js would. */
function resolveInRequest(context: unknown, info: FieldInfo, resolve: () => unknown): unknown {
  const lifetime = RequestLifetime.find(context);
  return lifetime ? resolveFor(lifetime, info, resolve) : resolve();
}

function resolveFor(lifetime: RequestLifetime, info: FieldInfo, resolve: () => unknown): unknown {
  lifetime.beforeResolver();
  const { isEntered } = lifetime;
  const isMutation = lifetime.operation.type === 'mutation' && info.path.prev === undefined;
  if (isMutation) lifetime.clearCaches();
  const result = lifetime.run(() => {
    const output = toResolverResult(resolve(), lifetime);
    return isMutation ? afterResult(output, () => lifetime.clearCaches()) : output;
  });
  return isEntered ? result : toEnteringResult(result, lifetime);
}

function wrapSubscribe(subscribe: FieldResolver): FieldResolver {
  return replaced(subscribe, (source, args, context, info) => toEventStream(subscribe(source, args, context, info)));
}

/** An Observable of events, or a promise of one, as an async iterator; anything else as it is. */
function toEventStream(events: unknown): unknown {
  if (typeof events !== 'object' || events === null) return events;
  if (isThenable(events)) return events.then(toEventStream);
  return isObservable(events) ? new ObservableIterator(events) : events;
}

function replaced(original: FieldResolver, replacement: FieldResolver): FieldResolver {
  if (replacements.has(original)) return original;
  replacements.add(replacement);
  return replacement;
}

/** The property of a source, by the rule of graphql-js: only objects and functions have some. */
const propertyOf = (source: unknown, name: string): unknown =>
  // Cast: an object with any properties.
  (typeof source === 'object' && source !== null) || typeof source === 'function'
    ? (source as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** The default resolver of graphql-js. A property that is neither an object nor a function, as most are, is read without entering the request. */
const resolveProperty: FieldResolver = (source, args, context, info) => {
  const property = propertyOf(source, info.fieldName);
  if (typeof property === 'function')
    // Cast: graphql-js calls the method with these arguments, without a check either.
    return resolveInRequest(context, info, () => (property as Method).call(source, args, context, info));
  return typeof property === 'object' && property !== null ? resolveInRequest(context, info, () => property) : property;
};

type Method = (this: unknown, args: unknown, context: unknown, info: FieldInfo) => unknown;

const customResolvers = new WeakMap<FieldResolver, FieldResolver>();

/** The resolver of fields without one, made from that of the server; the default of graphql-js for `undefined`. */
export function toFieldResolver(fieldResolver: FieldResolver | null | undefined): FieldResolver {
  if (!fieldResolver) return resolveProperty;
  let wrapped = customResolvers.get(fieldResolver);
  if (!wrapped) customResolvers.set(fieldResolver, (wrapped = wrapResolver(fieldResolver)));
  return wrapped;
}

/** The resolver of event streams of fields without `subscribe`. */
export const toSubscribeFieldResolver = (fieldResolver: FieldResolver | null | undefined): FieldResolver =>
  wrapSubscribe(fieldResolver ?? subscribeToProperty);

const subscribeToProperty: FieldResolver = (source, args, context, info) => {
  const property = propertyOf(source, info.fieldName);
  // Cast: as in `resolveProperty`.
  return typeof property === 'function' ? (property as Method).call(source, args, context, info) : property;
};
