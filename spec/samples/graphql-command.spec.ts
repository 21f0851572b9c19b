/** The command `graphql` in a process of its own: what it prints, how it stops, and its errors. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { open, post } from '../graphql/servers';
import { temporaryFolder } from '../support/temporary-folder';
import { crawledPages, PAGES } from './graphql-server';
import { commandOf, runSample, sampleEnvironment } from './run-sample';

const folder = temporaryFolder();
const emptyFolder = temporaryFolder();
const crawl = folder.write('pages.jsonl', crawledPages.map((page) => `${JSON.stringify(page)}\n`).join(''));

it('the command serves a stored crawl, logs each request, and stops at a signal in good order', async () => {
  const args = [...commandOf('graphql'), crawl, '--port', '0', '--timeline', 'out.html'];
  const child = spawn(process.execPath, args, { cwd: folder.path, env: sampleEnvironment });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (text) => (stderr += String(text)));
  child.stdout.on('data', (text) => (stdout += String(text)));
  const closed = once(child, 'close');
  const printed = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const [found] = pattern.exec(stdout) ?? [];
      if (found !== undefined) return found;
      await Promise.race([once(child.stdout, 'data'), closed.then(() => Promise.reject(new Error(stderr)))]);
    }
  };
  const url = await printed(/http:\S+/);
  expect(await post(url, { query: 'query First { pages(first: 1) { nodes { title } } }' })).toEqual({
    data: { pages: { nodes: [{ title: 'page 1 \ufffd' }] } },
  });
  await printed(/^query First: .*$/m);
  const subscription = open(url, { query: 'subscription { pageNoted { id } }' }, 'text/event-stream');
  await once(subscription, 'response');
  child.kill('SIGTERM');
  subscription.on('response', (response) => void response.resume());
  const [code] = (await closed) as [number];
  expect(stdout.split('\n')).toEqual([
    `${String(PAGES)} pages: GraphiQL is on ${url}`,
    expect.stringMatching(/^query First: \d+\.\d ms, 1 query instead of 1$/),
    '',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `Timeline: ${join(folder.path, 'out.html')}\n` });
  expect(existsSync(join(folder.path, 'out.html'))).toBe(true);
});

it('a signal during the first crawl ends the command before it serves, with the exit code of the signal', async () => {
  const child = spawn(process.execPath, [...commandOf('graphql'), '--port', '0'], {
    cwd: emptyFolder.path,
    env: sampleEnvironment,
  });
  let stdout = '';
  child.stdout.on('data', (text) => (stdout += String(text)));
  const closed = once(child, 'close');
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  const [code] = (await closed) as [number];
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
});

it.each([
  [['nowhere.jsonl'], /^cannot read nowhere\.jsonl: there is no such file\.\n$/],
  [['--port', 'x'], /Give a whole number below 65536\.\n$/],
])('a wrong argument is one line on stderr, with exit code 1: %s', (args, message) => {
  const { status, stdout, stderr } = runSample('graphql', args, folder.path);
  expect(stderr).toMatch(message);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});

it('a port in use is one line on stderr, with exit code 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const port = String((other.address() as AddressInfo).port);
  const child = spawn(process.execPath, [...commandOf('graphql'), crawl, '--port', port], {
    cwd: folder.path,
    env: sampleEnvironment,
  });
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  other.close();
  expect(stderr).toMatch(/^cannot listen on port \d+: .*EADDRINUSE.*\n$/);
  expect(code).toBe(1);
});
