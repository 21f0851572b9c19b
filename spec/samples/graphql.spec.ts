/** The server of the graphql sample over HTTP: its answers, and the queries that it makes for them. */
import { once } from 'node:events';
import { crawlBuiltInSite, readCrawl } from '../../samples/graphql/crawled-pages';
import { GraphError } from '../../samples/graphql/graph-error';
import { startServer } from '../../samples/graphql/server';
import { openSink } from '../../samples/crawl/sink';
import type { PageRecord } from '../../samples/crawl/page';
import { open, post, type Result } from '../graphql/servers';
import { failureOf } from '../support/failure-of';
import { temporaryFolder } from '../support/temporary-folder';
import { crawledPages, PAGES, startSampleServer, urlOf, type SampleServer } from './graphql-server';

let server: SampleServer;
beforeAll(async () => {
  server = await startSampleServer();
});
beforeEach(() => {
  server.statements.splice(0);
  server.lines.splice(0);
});
afterAll(() => server.stop());

interface Page {
  readonly id: string;
  readonly url: string;
  readonly note: string | null;
  readonly host: { readonly name: string; readonly pageCount: number };
  readonly links: readonly { readonly url: string; readonly target: Page | null }[];
  readonly linkedFrom: readonly Page[];
}

interface PageConnection {
  readonly nodes: readonly Page[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** Runs an operation that must not fail. */
async function run<Data>(query: string): Promise<Data> {
  const { data, errors } = await post(server.url, { query });
  expect(errors).toBeUndefined();
  return data as Data;
}

const line = (text: string): RegExp => new RegExp(`^${text.replace('MS', '\\d+\\.\\d ms')}$`);
/** Resolves when the server has logged some lines: a request is logged after its response. */
async function logged(count: number): Promise<readonly string[]> {
  while (server.lines.length < count) await new Promise(setImmediate);
  return server.lines;
}

describe('a query', () => {
  it('of three levels makes one statement for each level, and the log compares it with one for each row', async () => {
    const { pages } = await run<{ readonly pages: PageConnection }>(
      'query Three { pages(first: 10) { nodes { url links { url target { url host { name pageCount } } } } } }',
    );
    expect(pages.nodes.map(({ url }) => url)).toEqual(crawledPages.slice(0, 10).map(({ url }) => url));
    for (const { url, links } of pages.nodes) {
      expect(links.map((link) => link.url)).toEqual(crawledPages.find((page) => page.url === url)?.links);
      for (const { url: to, target } of links) {
        if (to === 'http://elsewhere.example/') expect(target).toBeNull();
        else expect(target).toEqual({ url: to, host: { name: new URL(to).host, pageCount: PAGES / 2 } });
      }
    }
    expect(server.statements).toHaveLength(4);
    // One for the list, for the links of each page, and for each page and host that a link leads to.
    expect(await logged(1)).toEqual([expect.stringMatching(line('query Three: MS, 4 queries instead of 71'))]);
  });

  it('walks all pages with the cursor of the page before', async () => {
    const urls: string[] = [];
    for (let after: string | null = null; ;) {
      const { pages }: { readonly pages: PageConnection } = await run(
        `{ pages(first: 7, after: ${JSON.stringify(after)}) { nodes { url } pageInfo { hasNextPage endCursor } } }`,
      );
      urls.push(...pages.nodes.map(({ url }) => url));
      after = pages.pageInfo.endCursor;
      if (!pages.pageInfo.hasNextPage) break;
    }
    expect(urls).toEqual(crawledPages.map(({ url }) => url));
  });

  it('has the lists of all hosts in one statement', async () => {
    const { hosts } = await run<{ readonly hosts: readonly { readonly pages: PageConnection }[] }>(
      '{ hosts { name pages(first: 3, after: 4) { nodes { url } } } }',
    );
    expect(hosts.map(({ pages }) => pages.nodes.map(({ url }) => url))).toEqual([
      [6, 8, 10].map(urlOf),
      [5, 7, 9].map(urlOf),
    ]);
    expect(server.statements).toHaveLength(2);
  });

  it('finds the pages that link to a page', async () => {
    const { page } = await run<{ readonly page: Page }>(
      `{ page(url: "${urlOf(12)}") { linkedFrom(first: 100) { url } } }`,
    );
    const linking = crawledPages.filter(({ links }) => links.includes(urlOf(12))).map(({ url }) => url);
    expect(linking.length).toBeGreaterThan(1);
    expect(page.linkedFrom.map(({ url }) => url)).toEqual(linking);
    expect(server.statements).toHaveLength(3);
  });

  it.each([
    ['{ pages(first: 0) { nodes { id } } }', 'Expected `first` to be between 1 and 100; got 0.'],
    ['{ pages(first: 101) { nodes { id } } }', 'Expected `first` to be between 1 and 100; got 101.'],
    ['{ pages(after: "x") { nodes { id } } }', 'Expected the id of a page, a whole number; got "x".'],
    ['{ pages(after: 2147483648) { nodes { id } } }', 'Expected the id of a page, a whole number; got "2147483648".'],
  ])('with an invalid argument is refused with a reason: %s', async (query, message) => {
    expect((await post(server.url, { query })).errors).toMatchObject([{ message }]);
    expect(server.statements).toEqual([]);
  });
});

describe('a mutation', () => {
  it('shows its change to the rest of its request without another statement, and to later requests', async () => {
    const { notePage } = await run<{ readonly notePage: Page }>(
      'mutation { notePage(id: 6, note: "new") { note links(first: 1) { target { id } } } }',
    );
    expect(notePage.note).toBe('new');
    const { page } = await run<{ readonly page: Page }>(`{ page(url: "${urlOf(6)}") { note } }`);
    expect(page.note).toBe('new');
    await run('mutation { notePage(id: 6) { note } }');
  });

  it('clears what its request has loaded before', async () => {
    const found = await run<Readonly<Record<string, Page>>>(
      `mutation { a: notePage(id: 12, note: "one") { ...Around } b: notePage(id: 12, note: "two") { ...Around } }
       fragment Around on Page { linkedFrom { links { target { url note } } } }`,
    );
    const notesIn = (page: Page | undefined) =>
      page?.linkedFrom.flatMap(({ links }) =>
        links.flatMap(({ target }) => (target?.url === urlOf(12) ? target.note : [])),
      );
    expect(new Set(notesIn(found['a']))).toEqual(new Set(['one']));
    expect(new Set(notesIn(found['b']))).toEqual(new Set(['two']));
  });

  it('on a page that there is not has null, and notifies no subscriber', async () => {
    expect(await run('mutation { notePage(id: 99, note: "x") { id } removePage(id: 99) }')).toEqual({
      notePage: null,
      removePage: false,
    });
  });

  it('removes a page, with its links and the links to it', async () => {
    expect(await run('mutation { removePage(id: 30) }')).toEqual({ removePage: true });
    const { pages } = await run<{ readonly pages: PageConnection }>(
      '{ pages(first: 100) { nodes { url links { target { url } } } } }',
    );
    expect(pages.nodes).toHaveLength(PAGES - 1);
    const targets = pages.nodes.flatMap(({ links }) => links.map(({ target }) => target?.url));
    expect(targets).not.toContain(urlOf(30));
  });
});

describe('a subscription', () => {
  it('shares one statement with all other subscribers of an event', async () => {
    const subscribers = Array.from({ length: 20 }, () =>
      open(server.url, { query: 'subscription Notes { pageNoted { id note } }' }, 'text/event-stream'),
    );
    const streams = await Promise.all(
      subscribers.map(async (sent) => {
        const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
        return response[Symbol.asyncIterator]();
      }),
    );
    // The comment at the start of a stream says that its source is open.
    for (const stream of streams) expect(String((await stream.next()).value)).toMatch(/^:/);
    await run('mutation { notePage(id: 4, note: "shared") { id } }');
    for (const stream of streams) {
      let text = '';
      while (!text.includes('data: {')) text += String((await stream.next()).value);
      expect(text).toContain('{"data":{"pageNoted":{"id":"4","note":"shared"}}}');
    }
    expect(server.statements.filter((statement) => statement.startsWith('select'))).toHaveLength(1);
    expect(await logged(21)).toContainEqual(
      expect.stringMatching(line('subscription Notes event: MS, 0 queries instead of 1')),
    );
    for (const sent of subscribers) sent.destroy();
  });

  it('ends when the server stops', async () => {
    const stopping = await startSampleServer();
    const sent = open(stopping.url, { query: 'subscription { pageNoted { id } }' }, 'text/event-stream');
    const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
    const chunks: Buffer[] = [];
    let stopped: Promise<void> | undefined;
    for await (const chunk of response) {
      chunks.push(chunk);
      stopped ??= stopping.stop();
    }
    await stopped;
    expect(Buffer.concat(chunks).toString()).toContain('event: complete');
  });
});

it('a request whose client has left is logged as cancelled', async () => {
  const sent = open(server.url, { query: 'query Left { pages(first: 100) { nodes { links { target { id } } } } }' });
  while (server.statements.length === 0) await new Promise(setImmediate);
  sent.destroy();
  expect(await logged(1)).toEqual([expect.stringMatching(/^query Left: .*, cancelled$/)]);
});

it('the operations of one HTTP batch are logged one by one', async () => {
  const query = '{ hosts { name } }';
  const results = await post<Result[]>(server.url, [{ query }, { query }]);
  expect(results).toHaveLength(2);
  expect(await logged(2)).toEqual(
    [1, 2].map((): unknown => expect.stringMatching(line('query: MS, 1 query instead of 1'))),
  );
});

it('a port in use is named', async () => {
  const port = Number(new URL(server.url).port);
  const connection = { query: () => Promise.resolve([]), close: () => Promise.resolve() };
  const error = await failureOf<Error>(startServer(connection, port, () => undefined));
  expect(error).toBeInstanceOf(GraphError);
  expect(error.message).toContain(`cannot listen on port ${String(port)}`);
});

describe('a stored crawl', () => {
  const folder = temporaryFolder();
  const record: PageRecord = {
    ...{ url: 'http://a.example/', status: 200, depth: 0, referrer: null, fetchedAt: '2026-01-01T00:00:00Z' },
    ...{ contentType: 'text/html', encoding: 'utf-8', bytes: 7, title: 'a', description: '', language: 'en' },
    ...{ canonical: null, text: 'a', links: ['http://a.example/b'] },
  };
  const content = {
    record,
    json: JSON.stringify(record),
    isHidden: false,
    isStored: false,
    etag: null,
    modified: null,
  };

  it.each(['pages.jsonl', 'pages.sqlite'])('is read as the crawler has written it: %s', async (name) => {
    const file = `${folder.path}/${name}`;
    const sink = openSink(file, 0);
    await sink.write([content]);
    sink.close();
    const { url, status, depth, bytes, title, links } = record;
    expect(await readCrawl(file)).toEqual([{ url, status, depth, bytes, title, links }]);
  });

  it.each([
    ['nowhere.jsonl', undefined, /^cannot read \S+nowhere\.jsonl: there is no such file\.$/],
    ['pages.csv', 'url\n', /^expected a result of the crawler in \.jsonl or \.sqlite; got \S+pages\.csv\.$/],
    ['empty.jsonl', '\n', /^\S+empty\.jsonl has no pages\. Crawl some: npm run crawl/],
    ['other.jsonl', '{"a":1}\n', /^\S+other\.jsonl is no result of the crawler: TypeError: a page without a URL$/],
    ['list.jsonl', '{"url":"http://a/"}\n', /is no result of the crawler: TypeError: http:\/\/a\/ without links$/],
    ['text.jsonl', 'text\n', /^\S+text\.jsonl is no result of the crawler: SyntaxError/],
  ])('that cannot be read is an error in one line: %s', async (name, text, message) => {
    const file = text === undefined ? `${folder.path}/${name}` : folder.write(name, text);
    const error = await failureOf<Error>(readCrawl(file));
    expect(error).toBeInstanceOf(GraphError);
    expect(error.message).toMatch(message);
  });

  it('is made of the built-in site where there is none', async () => {
    const pages = await crawlBuiltInSite(1);
    expect(pages.length).toBeGreaterThan(50);
    const urls = new Set(pages.map(({ url }) => url));
    expect(pages.flatMap(({ links }) => links).filter((url) => urls.has(url)).length).toBeGreaterThan(100);
  });
});
