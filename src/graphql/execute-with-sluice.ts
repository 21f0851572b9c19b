/** `executeWithSluice` and `subscribeWithSluice` run one operation of plain graphql-js with a scheduler of its own. */
import { checkFunction, checkSignal } from '../core/option-values';
import { checkOperationArgs, operationOf, type GraphQLOperationArgs } from './operation';
import { checkRequestConfig, type RequestConfig } from './request-config';
import { RequestLifetime } from './request-lifetime';
import { runRequest, runSubscription } from './run-request';
import { prepareSchema, toFieldResolver, toSubscribeFieldResolver, type FieldResolver } from './schema-resolvers';

interface SignalConfig extends RequestConfig {
  /**
   * Aborts when the client goes away. A mutation then runs on, unless `cancelMutations` is set.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal | undefined;
}

export interface ExecuteConfig<Args, Result> extends SignalConfig {
  /** The function `execute` of the package `graphql` that the schema was made with. */
  readonly execute: (args: Args) => Result;
}

export interface SubscribeConfig<Args, Result> extends SignalConfig {
  /** The function `subscribe` of the package `graphql` that the schema was made with. */
  readonly subscribe: (args: Args) => Result;
}

/**
 * Executes a query or mutation with a scheduler, caches and a scope of its own. Resolvers may return futures, Observables
 * and promises. The idea of one loader for each request is DataLoader's.
 *
 * The `execute` of the caller is used, since two copies of `graphql` in a process refuse each other's schemas.
 *
 * @param args the arguments of `execute`; the resolvers of the schema are replaced once, in place
 * @returns what `execute` returns: a value at once where no resolver waits, else a promise. When the signal aborts, the
 *   promise rejects with its reason, and all flights of the request are aborted.
 * @throws TypeError if an argument or option is invalid. Throws what `execute` throws.
 * @example
 * import { execute, parse } from 'graphql';
 * const document = parse('{ user(id: 7) { name } }');
 * const result = await executeWithSluice({ schema, document }, { execute, signal: responseSignal(res) });
 */
export function executeWithSluice<Args extends GraphQLOperationArgs, Result>(
  args: Args,
  config: ExecuteConfig<Args, Result>,
): Result {
  const { execute, signal } = checkedConfig('executeWithSluice', args, config, 'execute');
  const lifetime = new RequestLifetime(operationOf(args), args.contextValue, config);
  // Cast: the result of `execute`, or a promise of it where `execute` has returned a promise.
  return runRequest(lifetime, signal, () => execute(toRequestArgs(args))) as Result;
}

/**
 * Subscribes to a subscription. The source stream may be an Observable, too. Each event runs on a scheduler with caches of
 * its own: a cache that lived as long as the subscription would serve rows that are hours old.
 *
 * @param args the arguments of `subscribe`; the resolvers of the schema are replaced once, in place
 * @returns what `subscribe` returns. When the signal aborts, or the iterator is closed by `return()`, the running event is
 *   cancelled and the source is closed.
 * @throws TypeError if an argument or option is invalid. Throws what `subscribe` throws.
 * @example
 * const events = await subscribeWithSluice({ schema, document }, { subscribe });
 * for await (const { data } of events) console.log(data);
 */
export function subscribeWithSluice<Args extends GraphQLOperationArgs, Result>(
  args: Args,
  config: SubscribeConfig<Args, Result>,
): Result {
  const { subscribe, signal } = checkedConfig('subscribeWithSluice', args, config, 'subscribe');
  const lifetime = new RequestLifetime({ ...operationOf(args), type: 'subscription' }, args.contextValue, config);
  // Cast: the result of `subscribe`, with the stream of its results wrapped.
  return runSubscription(lifetime, signal, () => subscribe(toRequestArgs(args))) as Result;
}

function checkedConfig<C extends SignalConfig & { readonly [Name in Run]: unknown }, Run extends string>(
  caller: string,
  args: unknown,
  config: C,
  run: Run,
): C {
  checkOperationArgs(caller, args);
  checkRequestConfig(caller, config, ['signal', run]);
  checkFunction(`${caller}: ${run}`, config[run], `the function \`${run}\` of the package \`graphql\``);
  if (config.signal !== undefined) checkSignal(`${caller}: signal`, config.signal);
  return config;
}

interface ResolverArgs {
  readonly fieldResolver?: FieldResolver | null;
  readonly subscribeFieldResolver?: FieldResolver | null;
}

/** The arguments of an execution whose resolvers run in their request. */
export function toRequestArgs<Args extends GraphQLOperationArgs>(args: Args): Args {
  prepareSchema(args.schema);
  // Cast: graphql-js takes both resolvers, which have types of that package.
  const { fieldResolver, subscribeFieldResolver } = args as ResolverArgs;
  return {
    ...args,
    fieldResolver: toFieldResolver(fieldResolver),
    subscribeFieldResolver: toSubscribeFieldResolver(subscribeFieldResolver),
  };
}
