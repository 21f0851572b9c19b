/**
 * The queries of each request: those that were made, and those that its resolvers would make without batches, one for each
 * call. Each request and each event of a subscription has a scope of its own, to which its counts belong.
 */
import type { BatchFunction } from 'sluice';
import { requestScope } from 'sluice/graphql';

export interface QueryCounts {
  made: number;
  naive: number;
}

const countsByScope = new WeakMap<object, QueryCounts>();

/** The counts of the request whose resolver or batch function runs. */
export function currentCounts(): QueryCounts {
  const scope = requestScope();
  let counts = countsByScope.get(scope);
  if (!counts) countsByScope.set(scope, (counts = { made: 0, naive: 0 }));
  return counts;
}

/** Counts the calls of a batch function: resolvers without batches would make one query in each. */
export function counted<K, V>(load: BatchFunction<K, V>): BatchFunction<K, V> {
  const countedLoad = (key: K) => {
    currentCounts().naive += 1;
    return load(key);
  };
  return Object.assign(countedLoad, load);
}
