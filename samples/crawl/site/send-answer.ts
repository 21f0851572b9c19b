/** The way of an answer to the client: conditional requests, compression, and faults of the connection. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { SiteAnswer } from './resource';

export async function sendAnswer(
  answer: SiteAnswer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers = {}, fault } = answer;
  if (fault === 'stall') return;
  if (fault === 'reset') return void request.socket.resetAndDestroy();
  if (status === 200 && isUnchanged(request, headers)) {
    const { etag, 'last-modified': modified } = headers;
    response.writeHead(304, { ...(etag && { etag }), ...(modified && { 'last-modified': modified }) }).end();
    return;
  }

  const body = typeof answer.body === 'function' ? await answer.body() : Buffer.from(answer.body ?? '');
  const isCompressed = answer.isCompressible === true && acceptsGzip(request);
  const sent = isCompressed ? gzipSync(body) : body;
  response.writeHead(status, {
    ...headers,
    ...(answer.isCompressible && { vary: 'accept-encoding' }),
    ...(isCompressed && { 'content-encoding': 'gzip' }),
    'content-length': sent.length,
  });
  if (fault === undefined) return void response.end(sent);
  response.write(sent.subarray(0, sent.length / 2), () => {
    if (fault === 'reset-in-body') request.socket.destroy();
  });
}

const acceptsGzip = ({ headers }: IncomingMessage): boolean =>
  /\bgzip\b/.test(headers['accept-encoding']?.toString() ?? '');

/** Whether the client has the current version: by entity tag, or by date where the client sends no tag (RFC 9110, section 13). */
function isUnchanged({ headers }: IncomingMessage, sent: Readonly<Record<string, string>>): boolean {
  const { 'if-none-match': tags, 'if-modified-since': since } = headers;
  if (tags !== undefined) {
    return sent['etag'] !== undefined && tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === sent['etag']);
  }
  const modified = sent['last-modified'];
  return modified !== undefined && since !== undefined && Date.parse(modified) <= Date.parse(since);
}
