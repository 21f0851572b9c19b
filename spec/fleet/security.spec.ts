/** What a fleet refuses to run, what it keeps secret, and what it leaves behind. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { FunctionNotAllowedError } from 'sluice/fleet';
import { ModuleAllowList } from '../../src/fleet/worker/module-allow-list';
import { failureOf as caught } from '../support/failure-of';
import { sleep } from '../support/sleep';
import { temporaryFolder } from '../support/temporary-folder';
import { describeFleet, linesOf, modules, until, workOf, workUrl } from './fleet-fixture';

const failureOf = caught<Error & Record<string, unknown>>;
const folder = temporaryFolder();

describe('the allow-list of a worker', () => {
  const allowed = join(folder.path, 'tasks');
  const urlOf = (path: string): string => pathToFileURL(join(folder.path, path)).href;
  let list: ModuleAllowList;

  beforeAll(() => {
    folder.write('tasks/work.mjs', '');
    folder.write('tasks/node_modules/evil/index.js', '');
    folder.write('tasks-of-others/work.mjs', '');
    folder.write('secret.mjs', '');
    symlinkSync(join(folder.path, 'secret.mjs'), join(allowed, 'link.mjs'));
    mkdirSync(join(allowed, 'lib'));
    writeFileSync(join(allowed, 'lib', 'more work.mjs'), '');
    list = new ModuleAllowList([allowed], ['node:zlib', '@scope/tasks', 'lib']);
  });

  it.each(['work.mjs', 'lib/more work.mjs'])(
    'allows %s of its folder, by its path within it and by its URL',
    (path) => {
      const url = urlOf(`tasks/${path}`);
      expect(list.resolve(`./${path}`, 'f')).toEqual({ url, name: 'f' });
      expect(list.resolve(url, 'f')).toEqual({ url, name: 'f' });
    },
  );

  it.each(['node:zlib', 'zlib', '@scope/tasks', '@scope/tasks/deep', 'lib/sub'])('allows its package %s', (name) => {
    expect(list.resolve(name, 'f')).toEqual({ url: name, name: 'f' });
  });

  it.each([
    './../secret.mjs',
    './link.mjs',
    './node_modules/evil/index.js',
    'node:child_process',
    'child_process',
    '@scope/other',
    'library',
    'data:text/javascript,export const f = 1',
    'https://example.com/work.mjs',
    '/etc/passwd',
  ])('refuses %s', (module) => {
    expect(() => list.resolve(module, 'f')).toThrow(FunctionNotAllowedError);
  });

  it.each(['secret.mjs', 'tasks-of-others/work.mjs', 'tasks/link.mjs', 'missing.mjs'])(
    'refuses the URL of %s',
    (path) => {
      expect(() => list.resolve(urlOf(path), 'f')).toThrow(FunctionNotAllowedError);
    },
  );

  it.each(['constructor', '__proto__', 'toString', ''])('refuses the export "%s", which every object has', (name) => {
    expect(() => list.resolve('./work.mjs', name)).toThrow(FunctionNotAllowedError);
  });
});

describeFleet('a fleet', (fleet) => {
  it('fails a call of a module that its workers do not allow, and of one that is not there', async () => {
    const { pool } = fleet.pair();
    const exec = pool.task<[string], unknown>({ url: 'node:child_process', name: 'execSync' }, { attempts: 3 });
    expect(await failureOf(exec('true'))).toMatchObject({
      code: 'SLUICE_FUNCTION_NOT_ALLOWED',
      module: 'node:child_process',
    });
    const missing = pool.task({ url: join(modules, 'missing.mjs'), name: 'f' });
    expect(await failureOf(missing())).toMatchObject({ code: 'SLUICE_MODULE_LOAD' });
    const removed = pool.task({ url: workUrl, name: 'removed' });
    expect(await failureOf(removed())).toMatchObject({ code: 'SLUICE_MODULE_LOAD', exportName: 'removed' });
  });

  it('runs the functions of an allowed package', async () => {
    fleet.worker({ modules: [], packages: ['node:zlib'] });
    const zlib = fleet.pool().module<typeof import('node:zlib')>('node:zlib');
    const packed = await zlib.gzipSync('a'.repeat(1_000));
    expect(packed.length).toBeLessThan(100);
  });

  it('shows no password and no user in the error of a wrong one', async () => {
    const client = fleet.client();
    await client.acl('SETUSER', 'fleet', 'on', '>right-password', 'allkeys', 'allchannels', 'allcommands');
    const { port } = fleet.server;
    const connection = { host: '127.0.0.1', port, username: 'fleet', password: 'wrong-secret' };
    const error = await failureOf(workOf(fleet.pool({ connection })).add(1, 2));
    expect(error).toMatchObject({
      code: 'SLUICE_FLEET_UNAVAILABLE',
      cause: { code: 'SLUICE_FLEET_REDIS', reason: 'WRONGPASS' },
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/wrong-secret|"fleet"|AUTH|HELLO/);
  });

  it('works for a user with an ACL of its own, and a URL with a password', async () => {
    const client = fleet.client();
    const rules =
      '+@read +@write +@stream +@scripting +@blocking +@connection +@pubsub +@transaction -@dangerous +info +client|setname';
    await client.acl('SETUSER', 'least', 'on', '>p@ss', '~sluice:*', '&sluice:*', ...rules.split(' '));
    const connection = `redis://least:p%40ss@127.0.0.1:${String(fleet.server.port)}/0`;
    fleet.worker({ connection });
    expect(await workOf(fleet.pool({ connection })).add(1, 2)).toBe(3);
  });

  it('stores arguments and errors in no readable form', async () => {
    const pool = fleet.pool();
    const pending = failureOf(workOf(pool).fail('my-secret-argument'));
    const client = fleet.client();
    await until(async () => (await client.keys(`sluice:{${fleet.queue}}:default:*.0`)).length === 1);
    for (const key of await client.keys(`sluice:{${fleet.queue}}:default:*.0`))
      expect(JSON.stringify(await client.hgetall(key))).not.toContain('my-secret-argument');
    fleet.worker();
    await pending;
  });

  it('leaves no key and no connection after close, also after a while', async () => {
    const client = fleet.client();
    const before = await connectionsOf(client);
    const worker = fleet.worker();
    const pool = fleet.pool();
    const work = workOf(pool);
    const file = fleet.file();
    await Promise.all(Array.from({ length: 300 }, (_, n) => work.add(n, 1)));
    await failureOf(work.fail('/x'));
    await work.echo('x'.repeat(100_000));
    work
      .untilAborted(file)
      .subscribe({ error: () => undefined })
      .unsubscribe();
    for await (const item of work.count(1_000)) if (item > 400) break;
    await pool.drain();
    await worker.close();
    await pool.close();
    expect(await client.keys(`sluice:{${fleet.queue}}*`)).toEqual([]);
    await sleep(700);
    expect(await client.keys(`sluice:{${fleet.queue}}*`)).toEqual([]);
    expect(await connectionsOf(client)).toBe(before);
  });

  it('refuses calls after close, and fails the pending ones of a forced close', async () => {
    const { work } = fleet.pair();
    const pool = fleet.pool({ queue: 'shared' });
    const file = fleet.file();
    const pending = failureOf(workOf(pool).untilAborted(file));
    await until(() => linesOf(file).length === 1);
    await pool.close({ force: true });
    expect(await pending).toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
    expect(await failureOf(workOf(pool).add(1, 1))).toMatchObject({ code: 'SLUICE_POOL_CLOSED' });
    await until(() => linesOf(file).length === 2);
    expect(await work.add(1, 1)).toBe(2);
  });
});

const connectionsOf = async (client: { client(command: 'LIST'): Promise<unknown> }): Promise<number> =>
  String(await client.client('LIST'))
    .trim()
    .split('\n').length;
