/**
 * A page for a browser: serves the bundled checks on a free port of the loopback, and receives their results.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The error of each check by its title; null for a check that passed. */
export type Results = Readonly<Record<string, string | null>>;

export interface Page {
  readonly url: string;
  readonly results: Promise<Results>;
  stop(): Promise<void>;
}

export interface Bundle {
  readonly folder: string;
  remove(): void;
}

/** The source of a module that tasks refer to. */
const WORK = `
  export const double = (n) => n * 2;
  export function* count(to) { for (let n = 0; n < to; n++) yield n; }
  export default (...args) => args.join('-');
`;

/** Headers of cross-origin isolation, without which a page has no shared memory. */
const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The bundler runs in its own process, because it is an ES module, which jest does not load. */
export function bundlePage(): Bundle {
  const folder = mkdtempSync(join(tmpdir(), 'page-spec-'));
  execFileSync(process.execPath, [join(__dirname, 'bundle-page.mjs'), folder], { stdio: 'inherit' });
  return {
    folder,
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function servePage({ folder }: Bundle, { isShared }: { readonly isShared: boolean }): Promise<Page> {
  let resolveResults: (results: Results) => void;
  const results = new Promise<Results>((resolve) => (resolveResults = resolve));
  const server = createServer((request, response) => {
    if (request.method === 'POST') void read(request).then((text) => resolveResults(JSON.parse(text) as Results));
    for (const [name, value] of Object.entries(isShared ? ISOLATION_HEADERS : {})) response.setHeader(name, value);
    answer(folder, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port on the loopback.');
  return {
    url: `http://127.0.0.1:${address.port}/${isShared ? '?shared' : ''}`,
    results,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(folder: string, { url = '/' }: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(url, 'http://page');
  const file = join(folder, pathname.replace('/broken/', '/'));
  if (pathname === '/') send(response, 'text/html', '<!doctype html><script type="module" src="/page.mjs"></script>');
  else if (pathname === '/work.mjs') send(response, 'text/javascript', WORK);
  // The path `/broken/` serves the same files, except the program of the workers.
  else if (!pathname.startsWith('/broken/worker-entry') && existsSync(file))
    send(response, 'text/javascript', readFileSync(file));
  else response.writeHead(404).end();
}

const send = (response: ServerResponse, type: string, content: string | Buffer): void =>
  void response.writeHead(200, { 'Content-Type': type }).end(content);

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
