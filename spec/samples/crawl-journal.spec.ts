/**
 * The journal of a crawl, the discovery of pages in it, and the files of results that are kept in step with it.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrawlError } from '../../samples/crawl/crawl-error';
import { inTransaction, openDatabase, openLibsql } from '../../samples/crawl/database';
import { Discovery } from '../../samples/crawl/discovery';
import { Frontier } from '../../samples/crawl/frontier';
import { Journal, type JournalConfig } from '../../samples/crawl/journal';
import {
  FETCHED,
  REDIRECTED,
  type Content,
  type PageRecord,
  type QueuedPage,
  type Visit,
} from '../../samples/crawl/page';
import { Scope } from '../../samples/crawl/scope';
import { formatOf, openSink } from '../../samples/crawl/sink';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
let files = 0;

const newPath = (extension: string): string => join(folder.path, `${(files += 1)}.${extension}`);

describe.each([
  ['the database of this Node', openDatabase],
  ['libsql', openLibsql],
])('%s', (_, open) => {
  it('stores and returns strings, numbers and null', () => {
    const database = open(':memory:');
    database.exec('create table t (a, b, c)');
    expect(database.prepare('insert into t values (?, ?, ?)').run('x', 1.5, null)).toEqual({ changes: 1 });
    expect({ ...database.prepare('select * from t where a = ?').all('x')[0] }).toEqual({ a: 'x', b: 1.5, c: null });
    database.close();
  });

  it.each([true, new Date(), {}, undefined, Buffer.from('x')])(
    'refuses %p, which a driver may end the process for',
    (value) => {
      const database = open(':memory:');
      const statement = database.prepare('select ? as a');
      expect(() => statement.all(value as never)).toThrow('a database stores strings, numbers and null');
      database.close();
    },
  );

  it('keeps the error of a transaction that the database has undone itself, as when the disk is full', () => {
    const database = open(':memory:');
    database.exec('create table t (a unique)');
    expect(() =>
      inTransaction(database, () => {
        database.exec('insert into t values (1)');
        database.exec('insert or rollback into t values (1)');
      }),
    ).toThrow('UNIQUE constraint failed');
    expect(database.prepare('select a from t').all()).toEqual([]);
    database.close();
  });

  it('undoes a transaction that fails', () => {
    const database = open(':memory:');
    database.exec('create table t (a)');
    const insert = database.prepare('insert into t values (?)');
    expect(() =>
      inTransaction(database, () => {
        insert.run(1);
        throw new Error('no');
      }),
    ).toThrow('no');
    inTransaction(database, () => insert.run(2));
    expect(
      database
        .prepare('select a from t')
        .all()
        .map(({ a }) => a),
    ).toEqual([2]);
    database.close();
  });
});

const recordOf = (url: string, links: readonly string[] = []): PageRecord => ({
  url,
  status: 200,
  depth: 0,
  referrer: null,
  fetchedAt: '2026-01-01T00:00:00.000Z',
  contentType: 'text/html',
  encoding: 'utf-8',
  bytes: 1,
  title: `Title of ${url}`,
  description: '',
  language: '',
  canonical: null,
  text: 'a, "b"\nc',
  links,
});

const contentOf = (record: PageRecord): Content => ({
  record,
  json: JSON.stringify(record),
  isHidden: false,
  isStored: false,
  etag: '"1"',
  modified: null,
});

const visitOf = (page: QueuedPage, links: readonly string[] = [], visit: Partial<Visit> = {}): Visit => ({
  page,
  state: 'done',
  reason: FETCHED,
  content: contentOf(recordOf(page.url, links)),
  links: links.map((url) => ({ url, key: url })),
  ...visit,
});

const HOST = 'a.example';
const urlOf = (path: string): string => `http://${HOST}/${path}`;
const linkTo = (path: string): { readonly url: string; readonly key: string } => ({
  url: urlOf(path),
  key: urlOf(path),
});

interface Opened {
  readonly journal: Journal;
  readonly discovery: Discovery;
  readonly take: (max?: number) => readonly QueuedPage[];
}

function opened(config: Partial<JournalConfig> & { readonly path: string }, maxDepth = 9): Opened {
  const journal = new Journal({ scope: 'scope', ...config });
  const scope = new Scope({
    hosts: new Set([HOST]),
    include: [],
    exclude: [],
    maxDepth,
    maxPerPrefix: 100,
    maxUrlLength: 100,
    maxRepeats: 3,
  });
  const discovery = new Discovery(journal, scope, { maxRedirects: 3, normalise: {} });
  journal.transaction(() => discovery.addSeeds([linkTo('')]));
  return { journal, discovery, take: (max = 100) => journal.take(HOST, max) };
}

const pathsOf = (pages: readonly QueuedPage[]): readonly string[] =>
  pages.map(({ url }) => new URL(url).pathname.slice(1));

describe('a journal', () => {
  it('gives out each page once, the nearest first', () => {
    const { journal, discovery, take } = opened({ path: ':memory:' });
    const [start] = take();
    if (start === undefined) throw new Error('there is no seed');
    discovery.store(visitOf(start, [urlOf('b'), urlOf('a'), urlOf('b'), urlOf('')]));
    expect(pathsOf(take(1))).toEqual(['b']);
    expect(pathsOf(take())).toEqual(['a']);
    expect(take()).toEqual([]);
    expect(journal.counts()).toMatchObject({ queued: 0, running: 2, done: 1, failed: 0 });
    journal.close();
  });

  it('queues the pages again that were taken and not stored, when it is opened after a crash', () => {
    const path = newPath('journal');
    const first = opened({ path });
    const [start] = first.take();
    if (start === undefined) throw new Error('there is no seed');
    first.discovery.store(visitOf(start, [urlOf('a'), urlOf('b')]));
    first.take(1);
    first.journal.close();
    const second = opened({ path });
    expect(second.journal.isResumed).toBe(true);
    expect(pathsOf(second.take())).toEqual(['a', 'b']);
    second.journal.close();
  });

  it('keeps nothing of a transaction that did not end', () => {
    const { journal, discovery, take } = opened({ path: ':memory:' });
    const [start] = take();
    if (start === undefined) throw new Error('there is no seed');
    expect(() =>
      journal.transaction(() => {
        discovery.store(visitOf(start, [urlOf('a')]));
        journal.outputLength = 7;
        throw new Error('crash');
      }),
    ).toThrow('crash');
    expect(journal.counts()).toMatchObject({ queued: 0, running: 1, done: 0 });
    expect(journal.outputLength).toBe(0);
    journal.close();
  });

  it('refuses to resume a crawl with other options, and forgets it if it is told to', () => {
    const path = newPath('journal');
    opened({ path }).journal.close();
    expect(() => new Journal({ path, scope: 'other' })).toThrow('unfinished crawl with other options');
    const anew = new Journal({ path, scope: 'other', isRestarted: true });
    expect(anew.isResumed).toBe(false);
    expect(anew.counts().queued).toBe(0);
    anew.close();
  });

  it('keeps records and validators for the next run, which visits only what it finds itself', () => {
    const path = newPath('journal');
    const first = opened({ path });
    for (let page = first.take(1)[0]; page !== undefined; page = first.take(1)[0])
      first.discovery.store(visitOf(page, page.depth === 0 ? [urlOf('a'), urlOf('b')] : []));
    first.journal.finish();
    first.journal.close();
    const second = opened({ path });
    expect(second.journal).toMatchObject({ run: 2, isResumed: false, outputLength: 0 });
    const [start] = second.take();
    expect(start).toMatchObject({ url: urlOf(''), etag: '"1"' });
    expect(second.journal.recordOf(urlOf(''))?.links).toEqual([urlOf('a'), urlOf('b')]);
    if (start) second.discovery.store(visitOf(start, [urlOf('b')]));
    expect(pathsOf(second.take())).toEqual(['b']);
    second.journal.close();
  });

  it('refuses a second crawl while one uses its file, and takes nothing from it', () => {
    const path = newPath('journal');
    const first = opened({ path });
    first.take(1);
    for (const isRestarted of [false, true])
      expect(() => opened({ path, isRestarted })).toThrow(`${path} is in use by another crawl`);
    expect(first.journal.counts()).toMatchObject({ queued: 0, running: 1 });
    first.journal.close();
    opened({ path }).journal.close();
  });

  it('refuses a file that is no journal', () => {
    const path = newPath('journal');
    writeFileSync(path, 'This is no database, but long enough to look like one.'.repeat(100));
    expect(() => new Journal({ path, scope: '' })).toThrow(`cannot open the journal ${path}`);
  });
});

describe('discovery', () => {
  const stored = (
    { discovery, take }: Opened,
    links: Readonly<Record<string, readonly string[]>>,
  ): readonly string[] => {
    const visited: string[] = [];
    for (let page = take(1)[0]; page !== undefined; page = take(1)[0]) {
      const [path = ''] = pathsOf([page]);
      visited.push(path);
      discovery.store(visitOf(page, links[path]?.map(urlOf)));
    }
    return visited;
  };

  it('finds the pages of a page that turns out to be nearer than it was', () => {
    const crawl = opened({ path: ':memory:' }, 2);
    const [start] = crawl.take();
    if (start === undefined) throw new Error('there is no seed');
    crawl.discovery.store(visitOf(start, [urlOf('near'), urlOf('late')]));
    const [near, late] = crawl.take();
    if (near === undefined || late === undefined) throw new Error('two pages were expected');
    crawl.discovery.store(visitOf(near, [urlOf('x')]));
    expect(stored(crawl, { x: ['deep'] })).toEqual(['x']);
    // The second page leads to the seed's own links: nothing is nearer yet.
    crawl.discovery.store(visitOf(late, []));
    crawl.discovery.addSeeds([linkTo('x')]);
    expect(stored(crawl, {})).toEqual(['deep']);
    expect(crawl.discovery.cuts.get('depth')).toEqual({ count: 1, first: urlOf('deep') });
    crawl.journal.close();
  });

  /** Visits the seed and the pages after it, each of which redirects to the next path. */
  const redirected = ({ discovery, take }: Opened, paths: readonly string[]): void => {
    for (const path of paths) {
      const [page] = take(1);
      if (page === undefined) throw new Error(`a page was expected before ${path}`);
      discovery.store(visitOf(page, [], { reason: REDIRECTED, content: undefined, redirect: linkTo(path) }));
    }
  };

  const outcomesOf = ({ journal }: Opened): unknown =>
    Object.fromEntries(journal.outcomes().map(({ state, reason, n }) => [`${String(state)}: ${String(reason)}`, n]));

  it('follows redirects up to a number', () => {
    const crawl = opened({ path: ':memory:' });
    redirected(crawl, ['one', 'two', 'three', 'four']);
    expect(crawl.take()).toEqual([]);
    expect(outcomesOf(crawl)).toEqual({ 'done: redirected': 3, 'failed: too many redirects': 1 });
    crawl.journal.close();
  });

  it('makes a failure of all pages of a redirect loop, and not of the page that leads to it', () => {
    const crawl = opened({ path: ':memory:' });
    redirected(crawl, ['one', 'two', 'one']);
    expect(crawl.take()).toEqual([]);
    expect(outcomesOf(crawl)).toEqual({ 'done: redirected': 1, 'failed: redirect loop': 2 });
    crawl.journal.close();
  });
});

describe('the frontier', () => {
  const queued = (paths: readonly string[]): { journal: Journal; frontier: Frontier } => {
    const journal = new Journal({ path: ':memory:', scope: '' });
    for (const path of paths) {
      const url = `http://${path}`;
      const host = path.split('/')[0] ?? '';
      journal.add({ url, key: url, host, kind: 'page', depth: 0, hops: 0, referrer: null });
    }
    return { journal, frontier: new Frontier(journal, { perHost: 2, maxPages: 5 }, 0) };
  };

  async function taken(
    pages: AsyncGenerator<QueuedPage, void, undefined>,
    count: number,
  ): Promise<readonly QueuedPage[]> {
    const result: QueuedPage[] = [];
    while (result.length < count) {
      const { value } = await pages.next();
      if (value === undefined) break;
      result.push(value);
    }
    return result;
  }

  it('gives out pages of all hosts in turn, and no more of one than it can take', async () => {
    const { journal, frontier } = queued(['a/1', 'a/2', 'a/3', 'a/4', 'b/1', 'c/1']);
    const pages = frontier.pages();
    const first = await taken(pages, 4);
    expect(first.map(({ key }) => key.slice(7))).toEqual(['a/1', 'b/1', 'c/1', 'a/2']);
    const late = pages.next();
    const [page] = first;
    if (page) frontier.fetched(page);
    expect((await late).value).toMatchObject({ key: 'http://a/3' });
    journal.close();
  });

  it('ends at the limit of pages, when all of them are stored', async () => {
    const { journal, frontier } = queued(['a/1', 'b/1', 'c/1', 'd/1', 'e/1', 'f/1']);
    const pages = frontier.pages();
    const five = await taken(pages, 5);
    const end = pages.next();
    for (const page of five) frontier.stored(page, true);
    expect((await end).done).toBe(true);
    journal.close();
  });

  it('gives out another page for one that was not requested', async () => {
    const { journal, frontier } = queued(['a/1', 'b/1', 'c/1', 'd/1', 'e/1', 'f/1']);
    const pages = frontier.pages();
    const [first] = await taken(pages, 5);
    const sixth = pages.next();
    if (first) frontier.stored(first, false);
    expect((await sixth).value).toMatchObject({ key: 'http://f/1' });
    journal.close();
  });

  it('ends when it is stopped', async () => {
    const { journal, frontier } = queued(['a/1', 'a/2', 'a/3']);
    const pages = frontier.pages();
    await taken(pages, 2);
    const end = pages.next();
    frontier.stop();
    expect((await end).done).toBe(true);
    journal.close();
  });
});

describe('a sink', () => {
  const [one, two, three] = ['1', '2', '3'].map((path) => contentOf(recordOf(urlOf(path), [urlOf('x')]))) as [
    Content,
    Content,
    Content,
  ];

  it.each(['jsonl', 'csv'])(
    'of %s is cut to the length that the journal knows, and goes on from there',
    async (format) => {
      const path = newPath(format);
      const whole = newPath(format);
      const first = openSink(path, 0);
      const length = await first.write([one]);
      await first.write([two]);
      first.close();
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, -5));
      const second = openSink(path, length);
      await second.write([two, three]);
      second.close();
      const uninterrupted = openSink(whole, 0);
      await uninterrupted.write([one, two, three]);
      uninterrupted.close();
      expect(readFileSync(path, 'utf8')).toBe(readFileSync(whole, 'utf8'));
    },
  );

  it('of JSON Lines has a record a line', async () => {
    const path = newPath('jsonl');
    const sink = openSink(path, 0);
    await sink.write([one, two]);
    sink.close();
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.map((line) => (line === '' ? line : (JSON.parse(line) as unknown)))).toEqual([
      one.record,
      two.record,
      '',
    ]);
  });

  it('of CSV has a header, quotes, and no formulas', async () => {
    const path = newPath('csv');
    const sink = openSink(path, 0);
    await sink.write([contentOf({ ...recordOf(urlOf('1')), title: '=1+1' })]);
    sink.close();
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^url,status,depth,/);
    expect(text).toContain(`,'=1+1,`);
    expect(text).toContain('"a, ""b""\nc"');
  });

  it('of SQLite has each page once, whatever is written twice', async () => {
    const path = newPath('sqlite');
    const first = openSink(path, 0);
    const length = await first.write([one, two]);
    first.close();
    const second = openSink(path, length);
    await second.write([two, three]);
    second.close();
    const database = openDatabase(path);
    const rows = database.prepare('select url, status, title, links from pages order by url').all();
    expect(rows.map((row) => ({ ...row }))).toEqual(
      ['1', '2', '3'].map((name) => ({
        url: urlOf(name),
        status: 200,
        title: `Title of ${urlOf(name)}`,
        links: JSON.stringify([urlOf('x')]),
      })),
    );
    database.close();
  });

  it.each(['jsonl', 'csv', 'sqlite'])('of %s is emptied by a new run', async (format) => {
    const path = newPath(format);
    const first = openSink(path, 0);
    await first.write([one, two]);
    first.close();
    const second = openSink(path, 0);
    await second.write([three]);
    second.close();
    const content = format === 'sqlite' ? sqliteUrls(path) : readFileSync(path, 'utf8');
    expect(content).toContain(urlOf('3'));
    expect(content).not.toContain(urlOf('1'));
  });

  it('refuses a file that has lost what was written to it', async () => {
    const path = newPath('jsonl');
    const sink = openSink(path, 0);
    const length = await sink.write([one]);
    sink.close();
    rmSync(path);
    writeFileSync(path, '');
    expect(() => openSink(path, length)).toThrow(`has 0 bytes, and ${length} were written to it`);
  });

  it.each([
    ['a.jsonl', 'jsonl'],
    ['a.NDJSON', 'jsonl'],
    ['a.b.csv', 'csv'],
    ['a.db', 'sqlite'],
    ['-', 'jsonl'],
  ])('has the format that the name %s tells', (path, format) => {
    expect(formatOf(path)).toBe(format);
  });

  it('refuses a name that tells no format', () => {
    expect(() => formatOf('results.txt')).toThrow('--output: expected a file name that ends in one of .jsonl');
  });

  it.each(['a.jsonl', 'a.csv', 'a.sqlite'])('refuses a folder that is not there (%s)', (name) => {
    expect(() => openSink(join(folder.path, 'nowhere', name), 0)).toThrow(CrawlError);
    expect(() => openSink(join(folder.path, 'nowhere', name), 0)).toThrow('cannot write to');
  });

  it('of SQLite refuses a file that is no database', () => {
    const path = newPath('sqlite');
    writeFileSync(path, 'This is no database, but long enough to look like one.'.repeat(100));
    expect(() => openSink(path, 0)).toThrow(`cannot write to ${path}`);
  });
});

function sqliteUrls(path: string): string {
  const database = openDatabase(path);
  const rows = database.prepare('select url from pages').all();
  database.close();
  return rows.map(({ url }) => String(url)).join(' ');
}
