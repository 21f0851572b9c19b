/**
 * The text of a page is decoded with the encoding that a browser would choose: a byte order mark, the Content-Type
 * header, a `<meta>` in the first 1024 bytes, in this order (HTML standard, section 13.2.3). Without any of them UTF-8 is
 * taken if the bytes are valid UTF-8, and windows-1252 if they are not.
 */
import { isUtf8 } from 'node:buffer';
import { Parser } from 'htmlparser2';
import { codeOf } from './error-code';

export interface DecodedText {
  readonly text: string;
  /** Name of the encoding, as `TextDecoder` writes it. */
  readonly encoding: string;
  /** Label that the page or its header gives and that is no encoding. */
  readonly unknownLabel?: string;
}

export function decodeText(bytes: Uint8Array, contentType: string | undefined): DecodedText {
  const mark = byteOrderMark(bytes);
  if (mark !== undefined) return decoded(bytes, mark);
  const labels = labelsOf(bytes, contentType);
  let unknownLabel: string | undefined;
  for (const label of labels) {
    const decoder = decoderOf(label);
    if (decoder === undefined) unknownLabel ??= label;
    else return decoded(bytes, decoder, unknownLabel);
  }
  return decoded(bytes, isUtf8(bytes) ? 'utf-8' : 'windows-1252', unknownLabel);
}

function decoded(bytes: Uint8Array, decoder: TextDecoder | string, unknownLabel?: string): DecodedText {
  const known = typeof decoder === 'string' ? new TextDecoder(decoder) : decoder;
  const text = known.encoding === 'utf-8' ? utf8Text(bytes) : known.decode(bytes);
  return { text, encoding: known.encoding, ...(unknownLabel !== undefined && { unknownLabel }) };
}

/** UTF-8 without its mark. Most pages are UTF-8, and a buffer decodes them in less time than a `TextDecoder`. */
function utf8Text(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return undefined;
}

/** Labels in the order of their rank. The prescan of the bytes runs only if the header gives none. */
function* labelsOf(bytes: Uint8Array, contentType: string | undefined): Generator<string> {
  const header = charsetOf(contentType ?? '');
  if (header !== undefined) yield header;
  const meta = metaCharset(bytes);
  if (meta === undefined) return;
  // The bytes of the `<meta>` were read one by one, so the page cannot be UTF-16, whatever it says.
  yield /^utf-?16/i.test(meta) ? 'utf-8' : meta;
}

/** Charset of a Content-Type, or of the `content` of a `<meta http-equiv>`. */
function charsetOf(contentType: string): string | undefined {
  const found = /charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"',]+))/i.exec(contentType);
  return (found?.[1] ?? found?.[2] ?? found?.[3])?.trim();
}

/** Charset of the first `<meta>` with one. Comments and the texts of scripts have none that counts. */
function metaCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PRESCAN_BYTES)).toString('latin1');
  if (!/charset/i.test(head)) return undefined;
  // A parser for the whole of the prescan takes a tenth of the time of a page.
  const metas = head.replace(NO_MARKUP, '').match(META) ?? [];
  let label: string | undefined;
  const parser = new Parser({
    onopentag: (name, { charset, content, 'http-equiv': equivalent }) => {
      if (name !== 'meta' || label !== undefined) return;
      if (charset !== undefined) label = charset.trim();
      else if (equivalent?.toLowerCase() === 'content-type') label = charsetOf(content ?? '');
    },
  });
  parser.end(metas.filter((meta) => /charset/i.test(meta)).join(''));
  return label;
}

/** Comments, and elements whose content is text although it may look like markup. */
const NO_MARKUP = /<!--[^]*?(?:-->|$)|<(script|style|title|textarea)\b[^]*?(?:<\/\1|$)/gi;

/** A `<meta>`, in whose quoted attributes a `>` is text. */
const META = /<meta\b(?:"[^"]*"|'[^']*'|[^"'>])*>/gi;

const PRESCAN_BYTES = 1024;

/** Decoders by label: a crawl meets few encodings and many pages. */
const decoders = new Map<string, TextDecoder | undefined>();

function decoderOf(label: string): TextDecoder | undefined {
  const name = label.toLowerCase();
  if (!decoders.has(name)) {
    if (decoders.size >= MAX_DECODERS) decoders.clear();
    decoders.set(name, newDecoder(name));
  }
  return decoders.get(name);
}

/** Number of labels that are remembered; a hostile site may give a new one on each page. */
const MAX_DECODERS = 100;

function newDecoder(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label);
  } catch (error) {
    if (codeOf(error) === 'ERR_ENCODING_NOT_SUPPORTED') return undefined;
    throw error;
  }
}
