/** One request to a host of the site, by its Host header, with the body decompressed up to a limit. */
import { request, type IncomingHttpHeaders } from 'node:http';
import { createGunzip } from 'node:zlib';

export interface SiteResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The decompressed body; its first part if it is longer than the limit. */
  readonly body: Buffer;
  readonly isOversized: boolean;
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** The Host header, if it is not that of the URL. */
  readonly hostHeader?: string;
  /** In ms. */
  readonly timeout?: number;
}

const MOST_BYTES = 16 * 2 ** 20;

/** Rejects if the connection ends before the response, or is silent for the time of `timeout`. */
export function getFromSite(
  url: string,
  { headers = {}, hostHeader = new URL(url).host, timeout = 10_000 }: RequestOptions = {},
): Promise<SiteResponse> {
  const { port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: pathname + search, agent: false, timeout };
    const sent = request({ ...options, headers: { ...headers, host: hostHeader } }, (response) => {
      const { statusCode: status = 0, headers: received } = response;
      response.on('error', reject);
      const content = received['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response;
      const chunks: Buffer[] = [];
      let length = 0;
      const finish = (): void => {
        resolve({ status, headers: received, body: Buffer.concat(chunks), isOversized: length > MOST_BYTES });
        content.destroy();
        response.destroy();
      };
      content.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MOST_BYTES) finish();
      });
      content.on('end', finish);
      content.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`silent for ${timeout} ms`)));
    sent.on('error', reject);
    sent.end();
  });
}
