/**
 * A site of the files in a folder, for a crawl of real documents without a network. The files are read once, at the start,
 * so that the server takes little time from a crawler beside it.
 */
import { createServer } from 'node:http';
import { statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { closeServer, listenOnLoopback } from './loopback-server';

export interface FolderSite {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  /** Paths of all files, with a slash before each. */
  readonly paths: readonly string[];
  /** What the server has seen until now. */
  readonly stats: FolderSiteStats;
  /** Ends all connections, also those of requests under way. */
  close: () => Promise<void>;
}

export interface FolderSiteStats {
  readonly requests: number;
  /** The most requests that were under way at a time. */
  readonly peakConcurrency: number;
  readonly connections: number;
}

/**
 * @param folder - The path of the folder. A folder with `index.html` is served at its own path too.
 * @param options - `latency` is the time before each answer, in ms (0); `port` is a free one by default.
 */
export async function startFolderSite(
  folder: string,
  { latency = 0, port: wanted = 0 }: { readonly latency?: number; readonly port?: number } = {},
): Promise<FolderSite> {
  const files = await filesIn(folder);
  const stats = { requests: 0, peakConcurrency: 0, connections: 0 };
  let underWay = 0;
  const server = createServer((request, response) => {
    stats.requests += 1;
    underWay += 1;
    stats.peakConcurrency = Math.max(stats.peakConcurrency, underWay);
    response.once('close', () => (underWay -= 1));
    const answer = answerTo(request.url ?? '/', files);
    const send = (): void => void response.writeHead(answer.status, answer.headers).end(answer.body);
    if (latency > 0) setTimeout(send, latency);
    else send();
  });
  server.on('connection', () => (stats.connections += 1));
  const port = await listenOnLoopback(server, wanted);
  return { origin: `http://127.0.0.1:${port}`, paths: [...files.keys()], stats, close: () => closeServer(server) };
}

/** Files by path. They are read one by one: all at once, a large folder would need more open files than a process has. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    // Packages of documentation have links to files of other packages, which may be absent.
    if (statSync(path, { throwIfNoEntry: false })?.isFile())
      files.set(`/${name.split(sep).join('/')}`, await readFile(path));
  }
  return files;
}

interface FolderAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer | string;
}

function answerTo(target: string, files: ReadonlyMap<string, Buffer>): FolderAnswer {
  const path = decodedPath(target);
  const name = path.endsWith('/') ? `${path}index.html` : path;
  const body = files.get(name);
  if (body !== undefined) {
    const type = TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
    return { status: 200, headers: { 'content-type': type, 'content-length': body.length }, body };
  }
  if (files.has(`${path}/index.html`)) return { status: 301, headers: { location: encodeURI(`${path}/`) }, body: '' };
  return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'There is no such file.\n' };
}

/** The path without the query; a path with a wrong percent-encoding stays as it is, and is no file. */
function decodedPath(target: string): string {
  const path = target.replace(/[?#].*$/s, '');
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}

/** Types without a charset: the documents name their own. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.gif': 'image/gif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.xhtml': 'application/xhtml+xml',
  '.xml': 'application/xml',
};
