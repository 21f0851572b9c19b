/**
 * The site of a folder: what it serves of each path, and what it counts, in this process and in one of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startFolderSite, type FolderSite } from '../../samples/crawl/site/folder-site';
import { temporaryFolder } from '../support/temporary-folder';
import { PROJECT } from './run-sample';

const { path: folder, write } = temporaryFolder();
write('index.html', '<a href="one.html">one</a>');
write('one.html', '<title>One</title>');
write('below/index.html', '<title>Below</title>');
write('below/a b%.html', '<title>Blank</title>');
write('picture.PNG', 'no picture');
write('notes', 'no extension');
symlinkSync('one.html', join(folder, 'link.html'));
symlinkSync('absent.html', join(folder, 'dangling.html'));

let site: FolderSite;

beforeEach(async () => {
  site = await startFolderSite(folder);
});

afterEach(() => site.close());

const get = (path: string): Promise<Response> => fetch(site.origin + path, { redirect: 'manual' });

describe('a path', () => {
  it.each([
    ['/', 200, 'text/html', '<a href="one.html">one</a>'],
    ['/one.html', 200, 'text/html', '<title>One</title>'],
    ['/one.html?a=1', 200, 'text/html', '<title>One</title>'],
    ['/below/', 200, 'text/html', '<title>Below</title>'],
    ['/below/a%20b%25.html', 200, 'text/html', '<title>Blank</title>'],
    ['/picture.PNG', 200, 'image/png', 'no picture'],
    ['/notes', 200, 'application/octet-stream', 'no extension'],
    ['/link.html', 200, 'text/html', '<title>One</title>'],
    ['/dangling.html', 404, 'text/plain', 'There is no such file.\n'],
    ['/absent.html', 404, 'text/plain', 'There is no such file.\n'],
    ['/%E0%A4%A', 404, 'text/plain', 'There is no such file.\n'],
    ['/..%2Fpackage.json', 404, 'text/plain', 'There is no such file.\n'],
  ])('%s has status %i and type %s', async (path, status, type, body) => {
    const response = await get(path);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      status,
      type,
      body,
    ]);
  });

  it('of a folder with an index is redirected to the path with a slash', async () => {
    const { status, headers } = await get('/below');
    expect([status, headers.get('location')]).toEqual([301, '/below/']);
    expect((await get('/absent')).status).toBe(404);
  });
});

it('a site lists its paths, and counts requests and their concurrency', async () => {
  expect([...site.paths].sort()).toEqual([
    '/below/a b%.html',
    '/below/index.html',
    '/index.html',
    '/link.html',
    '/notes',
    '/one.html',
    '/picture.PNG',
  ]);
  const slow = await startFolderSite(folder, { latency: 100 });
  await Promise.all(['/', '/one.html', '/notes'].map(async (path) => (await fetch(slow.origin + path)).text()));
  await (await fetch(slow.origin)).text();
  await slow.close();
  expect(slow.stats).toMatchObject({ requests: 4, peakConcurrency: 3 });
  expect(slow.stats.connections).toBeGreaterThanOrEqual(3);
});

it('a site in a process of its own tells its origin and its counts, and ends with its parent', async () => {
  const child = fork(join(PROJECT, 'samples', 'crawl', 'site', 'serve-folder.ts'), [folder, '0'], {
    execArgv: ['--import', pathToFileURL(require.resolve('tsx')).href],
  });
  const [{ origin }] = (await once(child, 'message')) as [{ origin: string }];
  expect(await (await fetch(`${origin}/one.html`)).text()).toBe('<title>One</title>');
  child.send('stats');
  expect(await once(child, 'message')).toMatchObject([{ requests: 1, peakConcurrency: 1, connections: 1 }]);
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
