/** The ways to run an operation with sluice, in this process and without HTTP. */
import { ApolloServer } from '@apollo/server';
import { envelop, useEngine, useSchema } from '@envelop/core';
import { execute, parse, specifiedRules, subscribe, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { executeWithSluice, sluiceApolloPlugin, useSluice } from 'sluice/graphql';
import type { Context, Result } from './servers';

/** Runs an operation for a user. */
export type Run = (query: string, user: string) => Promise<Result>;

export interface Engine {
  readonly run: Run;
  stop(): Promise<void>;
}

const graphqlJs = (schema: GraphQLSchema): Promise<Engine> =>
  Promise.resolve({
    run: async (query, user) =>
      executeWithSluice({ schema, document: parse(query), contextValue: { user } }, { execute }),
    stop: () => Promise.resolve(),
  });

const pureEnvelop = (schema: GraphQLSchema): Promise<Engine> => {
  const plugins = [useEngine({ parse, validate, execute, subscribe, specifiedRules }), useSchema(schema), useSluice()];
  const getEnveloped = envelop({ plugins });
  return Promise.resolve({
    run: async (query, user) => {
      const enveloped = getEnveloped({ user });
      return (await enveloped.execute({
        schema: enveloped.schema as GraphQLSchema,
        document: enveloped.parse(query) as DocumentNode,
        contextValue: await enveloped.contextFactory(),
      })) as Result;
    },
    stop: () => Promise.resolve(),
  });
};

const yoga = (schema: GraphQLSchema): Promise<Engine> => {
  const server = createYoga({
    schema,
    logging: false,
    maskedErrors: false,
    context: ({ request }): Context => ({ user: request.headers.get('user') ?? 'nobody' }),
    plugins: [useSluice()],
  });
  return Promise.resolve({
    run: async (query, user) => {
      const headers = { 'content-type': 'application/json', user };
      const body = JSON.stringify({ query });
      const response = await server.fetch('http://localhost/graphql', { method: 'POST', headers, body });
      return (await response.json()) as Result;
    },
    stop: () => Promise.resolve(),
  });
};

const apollo = async (schema: GraphQLSchema): Promise<Engine> => {
  const server = new ApolloServer<Context>({ schema, plugins: [sluiceApolloPlugin()] });
  await server.start();
  return {
    run: async (query, user) => {
      const { body } = await server.executeOperation({ query }, { contextValue: { user } });
      return body.kind === 'single' ? body.singleResult : {};
    },
    stop: () => server.stop(),
  };
};

export const engines: readonly (readonly [string, (schema: GraphQLSchema) => Promise<Engine>])[] = [
  ['graphql-js', graphqlJs],
  ['Envelop', pureEnvelop],
  ['graphql-yoga', yoga],
  ['Apollo Server', apollo],
];
