/** The recipe of a loader over an HTTP service with a bulk endpoint, against a real server on the loopback. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allSettled, Future } from 'sluice';
import { userById, type BulkResponse } from '../../samples/loaders/http-bulk';

type Handler = (ids: readonly string[], response: ServerResponse) => void;

/** Answers in the reverse order; an id of `x…` does not exist, and one of `!…` cannot be loaded. */
const answer: Handler = (ids, response) => {
  const known = ids.filter((id) => !/^[x!]/.test(id));
  const body: BulkResponse = {
    users: known.reverse().map((id) => ({ id, name: `user ${id}` })),
    errors: ids.filter((id) => id.startsWith('!')).map((id) => ({ id, message: `cannot load ${id}` })),
  };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
};

describe('loaders over HTTP', () => {
  const requests: string[][] = [];
  let handler: Handler;
  const server = createServer((request, response) => {
    const ids = new URL(request.url ?? '', 'http://localhost').searchParams.getAll('id');
    requests.push(ids);
    handler(ids, response);
  });
  let service: string;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    service = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  beforeEach(() => {
    requests.length = 0;
    handler = answer;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('give each id its user, whatever the order of the answer, and null to one that does not exist', async () => {
    expect(await userById(service).many(['a', 'x', 'b&c', 'a'])).toEqual([
      { id: 'a', name: 'user a' },
      null,
      { id: 'b&c', name: 'user b&c' },
      { id: 'a', name: 'user a' },
    ]);
    expect(requests).toEqual([['a', 'x', 'b&c']]);
  });

  it('fail an id alone that the service lists as failed', async () => {
    const load = userById(service);
    expect(await allSettled([load('!'), load('a')])).toEqual([
      { status: 'rejected', reason: new Error('cannot load !') },
      { status: 'fulfilled', value: { id: 'a', name: 'user a' } },
    ]);
  });

  it('fail all ids of a request that the service refuses, with its status', async () => {
    handler = (_, response) => response.writeHead(503).end();
    const load = userById(service);
    const results = await allSettled([load('a'), load('b')]);
    const reason = new Error('The service answered 503 to 2 ids.');
    expect(results).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
  });

  it('send at most 50 ids in a request, and four requests at a time', async () => {
    const waiting: (() => void)[] = [];
    const waitingTogether: number[] = [];
    handler = (ids, response) => {
      waiting.push(() => answer(ids, response));
      if (requests.length !== 4 && requests.length !== 7) return;
      // A request beyond the bound would arrive meanwhile.
      setTimeout(() => {
        waitingTogether.push(waiting.length);
        for (const reply of waiting.splice(0)) reply();
      }, 20);
    };
    await userById(service).many(Array.from({ length: 320 }, (_, index) => `${index}`));
    expect(requests.map((ids) => ids.length).sort((one, other) => other - one)).toEqual([50, 50, 50, 50, 50, 50, 20]);
    expect(waitingTogether).toEqual([4, 3]);
  });

  it('abort the request when all callers have left, and not before', async () => {
    const arrived = new Promise<ServerResponse>((resolve) => (handler = (_, response) => resolve(response)));
    const load = userById(service);
    const [one, other] = [load('a').subscribe(), load('b').subscribe()];
    const response = await arrived;
    one.unsubscribe();
    // A request beside it shows that the server has had time to see an abort.
    handler = answer;
    await load('c');
    expect(response.closed).toBe(false);
    other.unsubscribe();
    await once(response, 'close');
    expect(response.writableEnded).toBe(false);
  });

  it('fail all ids when the connection breaks', async () => {
    handler = (_, response) => void response.destroy();
    await expect(Promise.resolve(Future.from(userById(service)('a')))).rejects.toThrow('fetch failed');
  });
});
