/**
 * The resolvers of the graph. Each asks for one key, as if a query for each row cost nothing, and returns the future of a
 * batch function or of a task.
 */
import { GraphQLError } from 'graphql';
import { map, Subject } from 'rxjs';
import { all, task, type Future } from 'sluice';
import type { Loaders } from './loaders';
import type { HostRow, LinkRow, PageRow } from './tables';

interface Pagination {
  readonly first: number;
  readonly after?: string | null;
}

interface PageConnection {
  readonly nodes: readonly PageRow[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** @param notes ids of the pages that have got a note */
export function resolversOf(loaders: Loaders, notes: Subject<number>) {
  const { pageOf, pageAt, pagesIn, linksOf, linksTo, hostOf, notedPageOf, hosts, setNote, remove } = loaders;

  const connectionOf = task(function* pages(host: string | null, pagination: Pagination) {
    const first = checkedFirst(pagination);
    const after = pagination.after === null || pagination.after === undefined ? 0 : idOf(pagination.after);
    // One page more than wanted tells whether there is a next one.
    const found = yield* pagesIn({ host, after, first: first + 1 });
    const nodes = found.slice(0, first);
    // What a list has loaded, no link has to load again.
    for (const page of nodes) pageOf.prime(page.id, page);
    const last = nodes.at(-1);
    return {
      nodes,
      pageInfo: { hasNextPage: found.length > first, endCursor: last ? String(last.id) : null },
    } satisfies PageConnection;
  });

  return {
    Query: {
      pages: (_: unknown, { host, ...pagination }: Pagination & { readonly host?: string | null }) =>
        connectionOf(host ?? null, pagination),
      page: (_: unknown, { url }: { readonly url: string }) => pageAt(url),
      hosts,
    },
    Mutation: {
      notePage: async (_: unknown, { id, note }: { readonly id: string; readonly note?: string | null }) => {
        const page = await setNote(idOf(id), note ?? null);
        if (!page) return null;
        // The rest of this request sees the note, without another query.
        pageOf.clear(page.id);
        pageOf.prime(page.id, page);
        notes.next(page.id);
        return page;
      },
      removePage: async (_: unknown, { id }: { readonly id: string }) => {
        const isRemoved = await remove(idOf(id));
        // A page is part of many lists, so all that the request knows is forgotten.
        for (const load of [pageOf, pageAt, pagesIn, linksOf, linksTo, hostOf]) load.clearAll();
        return isRemoved;
      },
    },
    Subscription: {
      pageNoted: {
        subscribe: () => notes.pipe(map((id) => ({ id }))),
        // All subscribers ask at the same moment, and share one query.
        resolve: ({ id }: { readonly id: number }): Future<PageRow | null> => notedPageOf(id),
      },
    },
    Page: {
      host: ({ host }: PageRow) => hostOf(host),
      links: ({ id }: PageRow, pagination: Pagination) => linksOf({ page: id, first: checkedFirst(pagination) }),
      linkedFrom: task(function* linkedFrom({ id }: PageRow, pagination: Pagination) {
        const links = yield* linksTo({ page: id, first: checkedFirst(pagination) });
        return yield* all(links.map(({ source }) => pageOf(source)));
      }),
    },
    Link: {
      target: ({ target }: LinkRow) => (target === null ? null : pageOf(target)),
    },
    Host: {
      pages: ({ name }: HostRow, pagination: Pagination) => connectionOf(name, pagination),
    },
  };
}

const MAX_FIRST = 100;

function checkedFirst({ first }: Pagination): number {
  if (first >= 1 && first <= MAX_FIRST) return first;
  throw new GraphQLError(`Expected \`first\` to be between 1 and ${MAX_FIRST}; got ${first}.`);
}

/** The id that a client sends: a whole number that Postgres has in its type `int`. */
function idOf(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && id < 2 ** 31) return id;
  throw new GraphQLError(`Expected the id of a page, a whole number; got ${JSON.stringify(text)}.`);
}
