/**
 * The plugin of yoga that logs each request and each event of a subscription when it has ended: its time, and its queries
 * beside those of resolvers without batches. It belongs before `useSluice`, so that it runs inside of the request.
 */
import type { Plugin } from 'graphql-yoga';
import { requestScope } from 'sluice/graphql';
import { currentCounts } from './query-counts';

export type Log = (line: string) => void;

export function useRequestLog(log: Log): Plugin {
  /** Logs the current request when its scope closes: after its result, or when its client has left. */
  const logAtEnd = (): void => {
    const scope = requestScope();
    const counts = currentCounts();
    const start = performance.now();
    scope.ensure(() => {
      const ms = (performance.now() - start).toFixed(1);
      const end = scope.signal.aborted ? ', cancelled' : '';
      log(`${scope.name}: ${ms} ms, ${queries(counts.made)} instead of ${counts.naive}${end}`);
    });
  };
  return {
    onExecute: ({ executeFn, setExecuteFn }) => {
      setExecuteFn((args: unknown): unknown => {
        logAtEnd();
        return executeFn(args as never);
      });
    },
    onSubscribe: ({ subscribeFn, setSubscribeFn }) => {
      setSubscribeFn(async (args: unknown) => {
        const result: unknown = await subscribeFn(args as never);
        return isAsyncIterable(result) ? loggedEvents(result, logAtEnd) : result;
      });
    },
  };
}

/** Each event is pulled in a request of its own. */
async function* loggedEvents(events: AsyncIterable<unknown>, logAtEnd: () => void): AsyncGenerator {
  for await (const event of events) {
    logAtEnd();
    yield event;
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

const queries = (count: number): string => (count === 1 ? '1 query' : `${count} queries`);
