/** `useSluice` is the plugin for Envelop, and so for graphql-yoga. */
import { toRequestArgs } from './execute-with-sluice';
import { operationOf, type GraphQLOperationArgs } from './operation';
import { checkPluginConfig, type PluginConfig } from './request-config';
import { RequestLifetime } from './request-lifetime';
import { signalOfContext } from './response-signal';
import { runRequest, runSubscription } from './run-request';

type EnvelopExecutor = (args: never) => unknown;

/** It returns what the executor before it returns: `never` stands for the result types of all versions. */
type ReplacedExecutor = (args: GraphQLOperationArgs) => never;

/** A plugin by its structure: the types of Envelop differ between its versions. */
export interface SluicePlugin {
  onExecute(payload: {
    readonly args: GraphQLOperationArgs;
    readonly executeFn: EnvelopExecutor;
    setExecuteFn(execute: ReplacedExecutor): void;
  }): void;
  onSubscribe(payload: {
    readonly args: GraphQLOperationArgs;
    readonly subscribeFn: EnvelopExecutor;
    setSubscribeFn(subscribe: ReplacedExecutor): void;
  }): void;
}

/**
 * Makes a plugin that gives each operation a scheduler, caches and a scope of its own, and cancels it when the client goes
 * away. The operations of one HTTP batch are separate, and so is each event of a subscription.
 *
 * The plugin belongs at the end of the list of plugins: the last one that replaces the executor is the outermost.
 *
 * @throws TypeError if an option is unknown or invalid.
 * @example
 * const yoga = createYoga({ schema, plugins: [useSluice()] });
 */
export function useSluice<Context = unknown>(config: PluginConfig<Context> = {}): SluicePlugin {
  checkPluginConfig('useSluice', config);
  // Cast: the server calls the plugin with its contexts.
  const signalOf = (config.signal ?? signalOfContext) as (context: unknown) => AbortSignal | undefined;
  return {
    onExecute(payload) {
      // Cast: an executor takes the arguments of its own version of graphql-js, which are passed on.
      const execute = payload.executeFn as (args: GraphQLOperationArgs) => unknown;
      payload.setExecuteFn((args: GraphQLOperationArgs) => {
        const lifetime = new RequestLifetime(operationOf(args), args.contextValue, config);
        const signal = signalOf(args.contextValue);
        return runRequest(lifetime, signal, () => execute(toRequestArgs(args))) as never;
      });
    },
    onSubscribe(payload) {
      // Cast: as in `onExecute`.
      const subscribe = payload.subscribeFn as (args: GraphQLOperationArgs) => unknown;
      payload.setSubscribeFn((args: GraphQLOperationArgs) => {
        const lifetime = new RequestLifetime(operationOf(args), args.contextValue, config);
        const signal = signalOf(args.contextValue);
        return runSubscription(lifetime, signal, () => subscribe(toRequestArgs(args))) as never;
      });
    },
  };
}
