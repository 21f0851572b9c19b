/** The options of requests, and their checks. */
import type { SchedulerLike } from 'rxjs';
import { checkFlag, checkFunction, checkScheduler } from '../core/option-values';
import { checkOptions } from '../core/options';
import type { FlushPolicy } from '../scheduler/flush-policy';

export interface RequestConfig {
  /**
   * Chooses which open batches of a request are flushed when no task can continue.
   *
   * @defaultValue `flushAll`
   */
  readonly policy?: FlushPolicy;
  /**
   * The RxJS scheduler that provides time and timers to the scheduler of each request.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly clock?: SchedulerLike;
  /**
   * Whether a mutation is cancelled, as a query is, when its client goes away. By default it runs to its end, since a
   * half-done write is worse than a wasted one.
   *
   * @defaultValue `false`
   */
  readonly cancelMutations?: boolean;
}

/** The options of a plugin for a server. */
export interface PluginConfig<Context = unknown> extends RequestConfig {
  /**
   * Returns the signal that aborts when the client of a request goes away; undefined if the request is never cancelled.
   *
   * @defaultValue the `signal` of `context.request`, as of graphql-yoga; else `context.signal`; else the close of the Node
   * response `context.res`
   */
  readonly signal?: (context: Context) => AbortSignal | undefined;
}

export const requestOptionNames: readonly string[] = Object.keys({
  policy: true,
  clock: true,
  cancelMutations: true,
} satisfies Record<keyof RequestConfig, true>);

/**
 * @param known the options of the caller beside those of a request
 * @throws TypeError that names the first invalid or unknown option
 */
export function checkRequestConfig(caller: string, config: RequestConfig, known: readonly string[]): void {
  checkOptions(caller, config, [...requestOptionNames, ...known]);
  const { policy, clock, cancelMutations } = config;
  if (policy !== undefined)
    checkFunction(`${caller}: policy`, policy, 'a function (flushAll, largestFirst, feedersFirst)');
  if (clock !== undefined) checkScheduler(`${caller}: clock`, clock);
  if (cancelMutations !== undefined) checkFlag(`${caller}: cancelMutations`, cancelMutations);
}

/** @throws TypeError that names the first invalid or unknown option */
export function checkPluginConfig(
  caller: string,
  config: RequestConfig & { readonly signal?: unknown },
  known: readonly string[] = [],
): void {
  checkRequestConfig(caller, config, ['signal', ...known]);
  const { signal } = config;
  if (signal !== undefined)
    checkFunction(`${caller}: signal`, signal, 'a function from the context of a request to an AbortSignal');
}
