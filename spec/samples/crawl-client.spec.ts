/**
 * The client of the crawler against a real server, its look-ups, and the progress that it shows.
 */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { LookupAddress } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { Client, type Response } from '../../samples/crawl/client';
import { cachedLookup } from '../../samples/crawl/lookup';
import { progressOn } from '../../samples/crawl/progress';

const LIMIT = 10_000;

describe('the client', () => {
  let server: Server;
  let client: Client;
  let answer: RequestListener;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = new Client({
      userAgent: 'spec',
      maxBytes: LIMIT,
      timeoutMs: 5_000,
      connections: 2,
      lookup: cachedLookup(),
    });
  });

  afterAll(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const urlOf = (host: string): string => `http://${host}:${(server.address() as AddressInfo).port}/`;

  function get(listener: RequestListener, wants = true): Promise<Response> {
    answer = listener;
    return firstValueFrom(client.get(urlOf('any.localhost'), { wants: () => wants }));
  }

  const TEXT = Buffer.from('A text that is long enough to be compressed. '.repeat(20));

  it.each([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
    ['identity', TEXT],
  ])('decodes a body in %s', async (encoding, body) => {
    const { status, body: decoded } = await get((_, response) =>
      response.writeHead(203, { 'content-encoding': encoding }).end(body),
    );
    expect({ status, text: decoded.toString() }).toEqual({ status: 203, text: TEXT.toString() });
  });

  it.each<[title: string, listener: RequestListener, message: string]>([
    ['that is too long by its header', (_, response) => response.end(Buffer.alloc(LIMIT + 1)), 'more than 10000 bytes'],
    [
      'without a length that is too long',
      (_, response) => {
        response.write(Buffer.alloc(LIMIT));
        response.end('x');
      },
      'more than 10000 bytes',
    ],
    [
      'that is too long after decoding',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(LIMIT + 1))),
      'more than 10000 bytes after decoding',
    ],
    [
      'in an unknown encoding',
      (_, response) => response.writeHead(200, { 'content-encoding': 'rot13' }).end('x'),
      'content-encoding rot13 is not supported',
    ],
    [
      'in another encoding than it says',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
      'the body is not gzip',
    ],
    [
      'that ends too early',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('x');
        setTimeout(() => response.destroy(), 20);
      },
      'other side closed',
    ],
  ])('refuses a body %s', async (_, listener, message) => {
    await expect(get(listener)).rejects.toThrow(message);
  });

  it('reads no body that is not wanted', async () => {
    const { body } = await get((_, response) => response.end(TEXT), false);
    expect(body).toHaveLength(0);
  });

  it('reads no more of a body that is not wanted than keeps its connection', async () => {
    let closed: Promise<unknown> | undefined;
    const { body } = await get((_, response) => {
      closed = once(response, 'close');
      // A body without an end.
      response.write(Buffer.alloc(100_000));
    }, false);
    expect(body).toHaveLength(0);
    await closed;
  });

  it('waits for the response that follows early hints', async () => {
    const { status, body } = await get((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.end('x');
    });
    expect({ status, text: body.toString() }).toEqual({ status: 200, text: 'x' });
  });

  it('aborts a request whose subscriber leaves', async () => {
    const asked = new Promise<ServerResponse>((resolve) => (answer = (_, response) => resolve(response)));
    const subscription = client.get(urlOf('any.localhost'), { wants: () => true }).subscribe();
    const closed = once(await asked, 'close');
    subscription.unsubscribe();
    await closed;
  });

  it('sends nothing for a subscriber that leaves before there is a connection', async () => {
    const asked: unknown[] = [];
    answer = (request, response) => {
      asked.push(request.url);
      response.end();
    };
    const fresh = new Client({ userAgent: '', maxBytes: 1, timeoutMs: 5_000, connections: 1, lookup: cachedLookup() });
    fresh
      .get(`${urlOf('fresh.localhost')}left`, { wants: () => true })
      .subscribe()
      .unsubscribe();
    await firstValueFrom(fresh.get(`${urlOf('fresh.localhost')}stayed`, { wants: () => true }));
    expect(asked).toEqual(['/stayed']);
    await fresh.close();
  });

  it('follows no redirect', async () => {
    const { status, headers } = await get((_, response) => response.writeHead(302, { location: '/x' }).end());
    expect({ status, location: headers['location'] }).toEqual({ status: 302, location: '/x' });
  });

  it('sends its name, and the host as it is written', async () => {
    let headers: unknown;
    await get((request, response) => {
      headers = request.headers;
      response.end();
    });
    expect(headers).toMatchObject({ 'user-agent': 'spec', host: new URL(urlOf('any.localhost')).host });
  });

  it.each<[string, RequestListener]>([
    ['before the head', () => undefined],
    ['in the body', (_, response) => response.write('x')],
  ])('gives up a response that stalls %s', async (_, listener) => {
    answer = listener;
    const hasty = new Client({ userAgent: '', maxBytes: 1, timeoutMs: 50, connections: 1, lookup: cachedLookup() });
    const response = firstValueFrom(hasty.get(urlOf('stall.localhost'), { wants: () => true }));
    await expect(response).rejects.toThrow('within 50 ms');
    await hasty.close();
  });
});

describe('a look-up', () => {
  type Found = readonly [error: Error | null, address: unknown, family?: number | undefined];
  const lookUp = (lookup: ReturnType<typeof cachedLookup>, name: string, options = {}): Promise<Found> =>
    new Promise((resolve) => lookup(name, options, (...found) => resolve(found)));

  const ADDRESSES: LookupAddress[] = [
    { address: '::1', family: 6 },
    { address: '192.0.2.1', family: 4 },
  ];

  it('asks once for a name, also if several ask at a time', async () => {
    const asked: string[] = [];
    const lookup = cachedLookup((name) => {
      asked.push(name);
      return Promise.resolve(ADDRESSES);
    });
    await Promise.all([lookUp(lookup, 'a'), lookUp(lookup, 'a'), lookUp(lookup, 'b')]);
    expect(await lookUp(lookup, 'a', { all: true })).toEqual([null, ADDRESSES]);
    expect(await lookUp(lookup, 'a', { family: 4 })).toEqual([null, '192.0.2.1', 4]);
    expect(asked).toEqual(['a', 'b']);
  });

  it('asks again once for a name that was not found, and keeps no failure', async () => {
    let asked = 0;
    const lookup = cachedLookup(() => {
      asked += 1;
      return Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    });
    expect((await lookUp(lookup, 'a'))[0]?.message).toBe('no such name');
    expect(asked).toBe(2);
    await lookUp(lookup, 'a');
    expect(asked).toBe(4);
  });

  it('finds names below localhost on this machine', async () => {
    expect(await lookUp(cachedLookup(), 'any.localhost.', { family: 4 })).toEqual([null, '127.0.0.1', 4]);
  });
});

describe('the progress', () => {
  it.each([
    ['a log', {}],
    ['a terminal without a width', { isTTY: true, columns: 0 }],
  ])('in %s is a line every five seconds, and nothing for a short crawl', async (_, screen) => {
    const written: string[] = [];
    let now = 0;
    const progress = await progressOn({ ...screen, write: (text) => written.push(text) > 0 }, () => now);
    for (now = 0; now <= 12_000; now += 1_000)
      progress.show({ done: now / 1_000, failed: 1, queued: 7, open: 2, bytes: 2_500_000 });
    progress.end();
    expect(written).toEqual([
      'crawl: 5 done, 1 failed, 7 to do, 2 open, 2.5 MB, 1.2/s, 5 s\n',
      'crawl: 10 done, 1 failed, 7 to do, 2 open, 2.5 MB, 1.1/s, 10 s\n',
    ]);
  });
});
