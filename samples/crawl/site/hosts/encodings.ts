/** Pages in many encodings. Each links to a page that is found only if its bytes are decoded as a browser does. */
import { link, page, type SiteLink } from '../page';
import type { HostContext, SiteResource } from '../resource';

interface EncodedPage {
  readonly name: string;
  /** The title in bytes, in hexadecimal. */
  readonly title: string;
  /** The encoding of the bytes. */
  readonly encoding: string;
  readonly contentType: string;
  readonly head?: string;
  readonly isAfterMark?: boolean;
}

const HTML = 'text/html';
const UTF8_TITLE = Buffer.from('na\u00efve').toString('hex');

const ENCODED: readonly EncodedPage[] = [
  { name: 'header', title: 'cff0e8e2e5f2', encoding: 'windows-1251', contentType: 'text/html; charset=windows-1251' },
  { name: 'quoted', title: 'f0d2c9d7c5d4', encoding: 'koi8-r', contentType: 'text/html; foo=1; Charset="KOI8-R"' },
  { name: 'meta', title: '93fa967b', encoding: 'shift_jis', contentType: HTML, head: '<meta charset="Shift_JIS">' },
  {
    name: 'meta-pragma',
    title: 'c4e3bac3',
    encoding: 'gbk',
    contentType: HTML,
    head: '<meta http-equiv="Content-Type" content="text/html; charset=gbk">',
  },
  {
    name: 'header-before-meta',
    title: UTF8_TITLE,
    encoding: 'utf-8',
    contentType: 'text/html; charset=utf-8',
    head: '<meta charset="gbk">',
  },
  {
    name: 'mark-before-header',
    title: UTF8_TITLE,
    encoding: 'utf-8',
    contentType: 'text/html; charset=iso-8859-1',
    isAfterMark: true,
  },
  { name: 'utf-16', title: '4b6dd58b', encoding: 'utf-16le', contentType: HTML, isAfterMark: true },
  {
    name: 'charset-of-a-script',
    title: UTF8_TITLE,
    encoding: 'utf-8',
    contentType: HTML,
    head: '<script charset="gbk" src="/x.js"></script><meta charset="utf-8">',
  },
  { name: 'undeclared', title: '436166e9', encoding: 'windows-1252', contentType: HTML },
  { name: 'undeclared-utf-8', title: UTF8_TITLE, encoding: 'utf-8', contentType: HTML },
  { name: 'unknown', title: UTF8_TITLE, encoding: 'utf-8', contentType: 'text/html; charset=x-nonsense' },
];

export function encodings({ url }: HostContext): readonly SiteResource[] {
  const pages = ENCODED.map((encoded) => encodedPage(url, encoded));
  return [
    page(url('/encodings'), { title: 'Encodings', links: pages.map(({ source }) => link(source.url)) }),
    ...pages.flatMap(({ source, target }) => [source, target]),
  ];
}

function encodedPage(
  url: HostContext['url'],
  { name, title: bytes, encoding, contentType, head = '', isAfterMark = false }: EncodedPage,
): { readonly source: SiteResource; readonly target: SiteResource } {
  const title = new TextDecoder(encoding).decode(Buffer.from(bytes, 'hex'));
  const target = url(`/encodings/${name}/${encodeURIComponent(title)}`);
  const links: readonly SiteLink[] = [link(target, `/encodings/${name}/`)];
  const markup = (text: string): string =>
    `<html><head>${head}<title>${text}</title></head><body><a href="/encodings/${name}/${text}">${text}</a></body></html>`;
  const ascii = (text: string): Buffer => Buffer.from(text, encoding === 'utf-16le' ? 'utf16le' : 'latin1');
  const parts = markup('\0').split('\0').map(ascii);
  const html = parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(bytes, 'hex'), part]));
  const mark = isAfterMark ? [Buffer.from('\uFEFF', encoding === 'utf-16le' ? 'utf16le' : 'utf8')] : [];
  return {
    source: page(url(`/encodings/${name}`), {
      title,
      links,
      html: Buffer.concat([...mark, ...html]),
      headers: { 'content-type': contentType },
    }),
    target: page(target, { title: `Behind ${name}` }),
  };
}
