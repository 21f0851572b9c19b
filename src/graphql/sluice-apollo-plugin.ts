/**
 * `sluiceApolloPlugin` is the plugin for Apollo Server, whose hooks surround no execution: each resolver finds its request by
 * the context, which Apollo Server makes anew for each operation.
 */
import { checkFunction } from '../core/option-values';
import { operationOf, type GraphQLOperationArgs } from './operation';
import { checkPluginConfig, type PluginConfig } from './request-config';
import { RequestLifetime } from './request-lifetime';
import { signalOfContext } from './response-signal';
import { prepareSchema, toFieldResolver, type FieldResolver } from './schema-resolvers';

export interface SluiceApolloConfig<Context = unknown> extends PluginConfig<Context> {
  /**
   * The `fieldResolver` of the server, if it has one: the plugin gives a resolver to the fields without one.
   *
   * @defaultValue the default resolver of graphql-js
   */
  readonly fieldResolver?: (source: never, args: never, context: never, info: never) => unknown;
}

interface ApolloRequest extends GraphQLOperationArgs {
  readonly contextValue: object;
}

interface ApolloRequestListener {
  executionDidStart(request: ApolloRequest): Promise<void>;
  willSendResponse(request: { readonly response: { readonly body: { readonly kind: string } } }): Promise<void>;
  willSendSubsequentPayload(request: unknown, payload: { readonly hasNext: boolean }): Promise<void>;
}

/** A plugin by its structure: the types of Apollo Server differ between its versions. */
export interface SluiceApolloPlugin {
  requestDidStart(): Promise<ApolloRequestListener>;
  unexpectedErrorProcessingRequest(failed: {
    readonly requestContext: { readonly contextValue: object };
  }): Promise<void>;
}

/**
 * Makes a plugin that gives each operation a scheduler, caches and a scope of its own, and cancels it when the client goes
 * away. The operations of one HTTP batch are separate.
 *
 * Apollo Server has no signal of its own. The `context` function has to return the response as `res`, a `signal`, or
 * what the option `signal` reads. The fields of a cancelled request fail, and no resolver starts any more.
 *
 * @throws TypeError if an option is unknown or invalid.
 * @example
 * const server = new ApolloServer({ schema, plugins: [sluiceApolloPlugin()] });
 * await startStandaloneServer(server, { context: async ({ req, res }) => ({ user: await userOf(req), res }) });
 */
export function sluiceApolloPlugin<Context = unknown>(config: SluiceApolloConfig<Context> = {}): SluiceApolloPlugin {
  checkPluginConfig('sluiceApolloPlugin', config, ['fieldResolver']);
  const { fieldResolver } = config;
  if (fieldResolver !== undefined) checkFunction('sluiceApolloPlugin: fieldResolver', fieldResolver);
  // Cast: graphql-js calls the resolver with the arguments that its types have there.
  const resolveField = toFieldResolver(fieldResolver as FieldResolver | undefined);
  // Cast: the server calls the plugin with its contexts.
  const signalOf = (config.signal ?? signalOfContext) as (context: unknown) => AbortSignal | undefined;
  return {
    requestDidStart: () => {
      let lifetime: RequestLifetime | undefined;
      const listener: ApolloRequestListener = {
        executionDidStart: (request) => {
          const { schema, contextValue } = request;
          prepareSchema(schema, resolveField);
          lifetime = new RequestLifetime(operationOf(request), contextValue, config);
          lifetime.bindToContext();
          lifetime.openScope();
          lifetime.watch(signalOf(contextValue));
          return Promise.resolve();
        },
        willSendResponse: ({ response }) => {
          if (response.body.kind !== 'incremental') lifetime?.end();
          return Promise.resolve();
        },
        willSendSubsequentPayload: (_, { hasNext }) => {
          if (!hasNext) lifetime?.end();
          return Promise.resolve();
        },
      };
      return Promise.resolve(listener);
    },
    unexpectedErrorProcessingRequest: ({ requestContext }) => {
      RequestLifetime.find(requestContext.contextValue)?.end();
      return Promise.resolve();
    },
  };
}
