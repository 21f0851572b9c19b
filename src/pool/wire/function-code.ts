/**
 * How a function travels: as a reference to a module that exports it, or, if it stands by itself, as its source. What
 * can't travel is refused here, before anything is sent.
 */
import { describe, invalidOption } from '../../core/describe';
import { printable } from '../../core/printable';
import type { FunctionCode } from './messages';

/** A function that a module exports. */
export interface FunctionReference {
  /** A `file:` URL, an absolute path, or the name of a package. */
  readonly url: string | URL;
  /** The export (`'default'`). */
  readonly name?: string;
}

export interface NamedCode {
  readonly code: FunctionCode;
  readonly name: string;
}

/** What functions that stand for one on a worker carry. */
export const codeKey = Symbol.for('sluice.functionCode');

const known = new WeakMap<object, NamedCode>();

/** @throws TypeError naming what keeps it from travelling. */
export function codeOf(fn: unknown, caller = 'WorkerTask.do'): NamedCode {
  if (typeof fn === 'function') {
    let code = (fn as { [codeKey]?: NamedCode })[codeKey] ?? known.get(fn);
    if (!code)
      known.set(fn, (code = { code: { source: sourceOf(fn, caller) }, name: printable(fn.name) || 'anonymous' }));
    return code;
  }
  if (typeof fn === 'object' && fn !== null && 'url' in fn) return codeOfReference(fn as FunctionReference, caller);
  throw invalidOption(`${caller}: its function`, 'a function, or a reference { url, name } to one', fn);
}

function codeOfReference({ url, name = 'default' }: FunctionReference, caller: string): NamedCode {
  if (typeof name !== 'string') throw invalidOption(`${caller}: the name of an export`, 'a string', name);
  return { code: { ...whereTo(url, caller), exportName: name }, name };
}

/** @throws TypeError for what is no place of a module. */
export function whereTo(url: string | URL, caller: string): { readonly url: string; readonly base?: string } {
  // One of another realm is no instance of anything here.
  const text: unknown = Object(url) === url ? (url as URL).href : url;
  if (typeof text !== 'string' || text === '' || /^\.\.?([/\\]|$)/.test(text)) {
    throw new TypeError(
      `${caller}: expected the URL of a module to be absolute, or the name of a package; got ${describe(url)}. ` +
        "Give new URL('./work.js', import.meta.url), or require.resolve('./work').",
    );
  }
  if (/^[a-zA-Z]:[\\/]/.test(text)) return { url: `file:///${encoded(text.replace(/\\/g, '/'))}` };
  if (text.startsWith('/')) return { url: isOnNode ? `file://${encoded(text)}` : new URL(text, location.origin).href };
  if (/^[a-zA-Z][a-zA-Z\d+.-]+:/.test(text)) return { url: text };
  return { url: text, base: isOnNode ? process.cwd() : '' };
}

/** What bundlers put in place of `process` has no version of Node; and a page that a test made up has a location. */
const isOnNode = typeof (globalThis as { process?: Partial<NodeJS.Process> }).process?.versions?.node === 'string';

const encoded = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/^([a-zA-Z])%3A$/, '$1:'))
    .join('/');

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- whatever was given
function sourceOf(fn: Function, caller: string): string {
  const source = Function.prototype.toString.call(fn);
  const obstacle = obstacleIn(source);
  if (obstacle) {
    throw new TypeError(
      `${caller}: function ${fn.name || '(anonymous)'} can't be sent to a thread: ${obstacle}. ` +
        'Give a reference { url, name } to a function that a module exports.',
    );
  }
  if (isExpression(source)) return source;
  // Methods are written in short inside of objects and classes.
  const method = `({ ${source} })[${JSON.stringify(fn.name)}]`;
  if (isExpression(method)) return method;
  throw new TypeError(`${caller}: the source of function ${describe(fn.name)} can't be read by itself: ${source}`);
}

function obstacleIn(source: string): string | undefined {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) return 'it is bound, or built in, and has no source';
  if (/^class\b/.test(source)) return 'it is a class, which is not called but made';
  if (/^[gs]et\s+[^\s(=]/.test(source)) return 'it is a getter or a setter, which is not called by a name';
  if (/^(async\b)?\s*\*?\s*\[/.test(source)) return 'its name is computed, from what is not there';
  if (/\bcov_[\w$]+\(\)/.test(source)) return 'it was instrumented to count coverage, and its counters are not there';
  return undefined;
}

function isExpression(source: string): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is read, and not run
    new Function(`return (${source}\n)`);
    return true;
  } catch (error) {
    // A page may forbid to try, where its workers may do as they like.
    return error instanceof EvalError;
  }
}
