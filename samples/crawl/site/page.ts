/** Pages and the other answers of the hostile site, each with the links that a crawler is expected to find in it. */
import { createHash } from 'node:crypto';
import type { SiteAnswer, SiteResource, TimedAnswer } from './resource';

/** A link: its target, if a crawler is to follow it, and its spelling in the page. */
export interface SiteLink {
  readonly to: string | undefined;
  readonly markup: string;
}

/** @param href - The spelling of the target, where it is not the canonical one. */
export const link = (to: string | undefined, href = to): SiteLink => ({
  to,
  markup: href === undefined ? '' : `<a href="${escaped(href)}">${escaped(href)}</a>`,
});

/** Markup with a link that a crawler does not follow. */
export const noLink = (markup: string): SiteLink => ({ to: undefined, markup });

export interface PageConfig {
  readonly title: string;
  readonly links?: readonly SiteLink[];
  /** Markup in the head of the page. */
  readonly head?: string;
  /** The whole page, where it is not made of title, head and links. */
  readonly html?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers to the first requests, before the page is served. */
  readonly first?: readonly (SiteAnswer | TimedAnswer)[];
}

export function page(
  url: string,
  { title, links = [], head = '', html = htmlOf(title, links, head), headers, first = [] }: PageConfig,
): SiteResource {
  const validators = headers?.['last-modified'] === undefined ? { etag: etagOf(html) } : {};
  const answer = {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', ...validators, ...headers },
    body: html,
    isCompressible: true,
  };
  return { url, ending: 'page', title, leadsTo: links.flatMap(({ to }) => to ?? []), answers: [...first, answer] };
}

const etagOf = (content: string | Buffer): string =>
  `"${createHash('sha1').update(content).digest('hex').slice(0, 12)}"`;

const htmlOf = (title: string, links: readonly SiteLink[], head: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>${head}</head>
<body><h1>${escaped(title)}</h1>
<p>${`A paragraph about ${escaped(title)}. `.repeat(8)}</p>
<ul>${links.map(({ markup }) => `<li>${markup}</li>`).join('\n')}</ul>
</body></html>
`;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

export const file = (url: string, type: string, body: string | Buffer): SiteResource => ({
  url,
  ending: 'file',
  answers: [{ status: 200, headers: { 'content-type': type, etag: etagOf(body) }, body }],
});

/** @param location - The spelling of the target, where it is not the canonical one. */
export const redirect = (url: string, to: string, status = 302, location = to): SiteResource => ({
  url,
  ending: 'redirect',
  leadsTo: [to],
  answers: [redirectAnswer(location, status)],
});

export const redirectAnswer = (location: string, status = 302): SiteAnswer => ({ status, headers: { location } });

export const textAnswer = (
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): SiteAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body,
});

export const missing = (url: string, status: 404 | 410 = 404): SiteResource => ({
  url,
  ending: 'missing',
  answers: [textAnswer(status, 'There is no such page.\n')],
});

/** The rules of a host, which no page links to. */
export const robots = (url: string, lines: readonly string[], ...first: readonly SiteAnswer[]): SiteResource => ({
  url,
  ending: 'file',
  answers: [...first, textAnswer(200, lines.join('\n'))],
});

export const forbidden = (resource: SiteResource): SiteResource => ({ ...resource, isForbidden: true });
