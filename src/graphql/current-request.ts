/** The current request, for resolvers and batch functions: its context, and its scope. */
import type { Scope } from '../scope/scope';
import { RequestLifetime } from './request-lifetime';

/**
 * The context of the current GraphQL request, as the server has made it. A batch function at the top of a module reads there
 * who asks: its keys are all of one request.
 *
 * @throws TypeError outside of a request that runs with sluice.
 * @example
 * const orderOf = batch((ids: readonly number[]) => {
 *   const { db, user } = requestContext<Context>();
 *   return db.orders(user, ids);
 * });
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the context of its server
export function requestContext<Context>(): Context {
  // Cast: the type that the caller says, since a batch function is not part of any schema.
  return currentRequest('requestContext').context as Context;
}

/**
 * The scope of the current GraphQL request. Its `signal` aborts when the client goes away. Work that is started in it is
 * cancelled then, too; the response does not wait for that work. Finalisers of the scope run after the result.
 *
 * In a subscription, the source stream is opened in the scope of the subscription; each event has a scope of its own.
 *
 * @throws TypeError outside of a request that runs with sluice.
 * @example
 * const resolvers = {
 *   Query: { weather: () => fetch('https://example.org/weather', { signal: requestScope().signal }) },
 * };
 */
export const requestScope = (): Scope => currentRequest('requestScope').openScope();

function currentRequest(caller: string): RequestLifetime {
  const lifetime = RequestLifetime.find();
  if (lifetime) return lifetime;
  throw new TypeError(
    `${caller}: no GraphQL request is running here. A request is found from its resolvers and from batch functions. ` +
      `Call ${caller}() there, and run the request by executeWithSluice, useSluice or sluiceApolloPlugin.`,
  );
}
