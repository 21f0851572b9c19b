/** A library of authors and books over batch functions: the schema of the specs on GraphQL servers. */
import { setTimeout as delayed } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { of, timer, map } from 'rxjs';
import { batch, Future, task } from 'sluice';

/** The keys of each flush, by batch function; emptied before each spec. */
export const flushes: { batch: string; keys: readonly number[] }[] = [];
beforeEach(() => void flushes.splice(0));

const logged = <V>(name: string, load: (key: number) => V | Error) =>
  batch(
    async (keys: readonly number[]): Promise<(V | Error)[]> => {
      flushes.push({ batch: name, keys });
      await delayed(1);
      return keys.map(load);
    },
    { name, cache: true },
  );

export interface Book {
  readonly id: number;
  readonly title: string;
  readonly authorId: number;
}

const bookIdsOf = (author: number): number[] => [author * 10, author * 10 + 1];

export const authorOf = logged('authorOf', (id) =>
  id < 0 ? new Error(`No author ${String(id)}`) : { id, name: `author ${String(id)}` },
);
export const bookOf = logged('bookOf', (id): Book => ({
  id,
  title: `book ${String(id)}`,
  authorId: Math.floor(id / 10),
}));
export const pagesOf = logged('pagesOf', (id) => id + 100);

interface Author {
  readonly id: number;
}

export const librarySchema = (): GraphQLSchema =>
  createSchema({
    typeDefs: /* GraphQL */ `
      type Query {
        authors(ids: [Int!]!): [Author]
        author(id: Int!): Author
        fails: Int
      }
      type Mutation {
        rename(id: Int!): Author
      }
      type Subscription {
        added: Book
      }
      type Author {
        id: Int!
        name: String
        books: [Book]
        slowBooks: [Book]
        taskBooks: [Book]
        tick: Int
        ticks: [Int]
        lateTick: Int
      }
      type Book {
        id: Int!
        title: String
        author: Author
        pages: Int
      }
    `,
    resolvers: {
      Query: {
        authors: (_: unknown, { ids }: { readonly ids: readonly number[] }) => ids.map((id) => authorOf(id)),
        author: (_: unknown, { id }: { readonly id: number }) => authorOf(id),
        fails: () => Future.fail(new Error('no')),
      },
      Mutation: {
        rename: async (_: unknown, { id }: { readonly id: number }) => {
          await authorOf(id);
          authorOf.clear(id);
          return authorOf(id);
        },
      },
      Subscription: {
        added: { subscribe: () => of(10, 11, 20).pipe(map((id) => ({ added: bookOf(id) }))) },
      },
      Author: {
        books: ({ id }: Author) => bookIdsOf(id).map((book) => bookOf(book)),
        slowBooks: async ({ id }: Author) => {
          await delayed(id % 3);
          const first = await bookOf(id * 10);
          return [first, bookOf(first.id + 1)];
        },
        taskBooks: task(function* ({ id }: Author) {
          const books = [];
          for (const book of bookIdsOf(id)) books.push(yield* bookOf(book));
          return books;
        }),
        tick: () => timer(1),
        ticks: () => [of(1), Future.of(2), Promise.resolve(3), 4],
        lateTick: async () => {
          await delayed(1);
          return of(7);
        },
      },
      Book: {
        author: ({ authorId }: Book) => authorOf(authorId),
        pages: ({ id }: Book) => pagesOf(id),
      },
    },
  });
