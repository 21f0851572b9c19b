/**
 * `sluice/graphql`: each GraphQL request gets a scheduler, caches and a scope of its own, and is cancelled when its client
 * goes away. For plain graphql-js, for Envelop and graphql-yoga, and for Apollo Server.
 */
export {
  executeWithSluice,
  subscribeWithSluice,
  type ExecuteConfig,
  type SubscribeConfig,
} from './graphql/execute-with-sluice';
export { requestContext, requestScope } from './graphql/current-request';
export { responseSignal, type ClosableResponse } from './graphql/response-signal';
export type { PluginConfig, RequestConfig } from './graphql/request-config';
export { sluiceApolloPlugin, type SluiceApolloConfig, type SluiceApolloPlugin } from './graphql/sluice-apollo-plugin';
export type { GraphQLOperationArgs } from './graphql/operation';
export { useSluice, type SluicePlugin } from './graphql/use-sluice';
