/**
 * Function code is how a function is sent to a worker: as a reference to a module that exports it, or as its source if it
 * uses no variables of the surrounding scope. A function that cannot be sent is refused here, before a task is made.
 */
import { callingFile } from '../../core/call-site';
import { describe, invalidOption } from '../../core/describe';
import { checkString } from '../../core/option-values';
import { printable } from '../../core/printable';
import type { FunctionCode } from './messages';

/** A reference to a function that a module exports. */
export interface FunctionReference {
  /** A `file:` URL, an absolute path, or the name of a package. */
  readonly url: string | URL;
  /**
   * The name of the export.
   *
   * @defaultValue `'default'`
   */
  readonly name?: string;
}

export interface NamedCode {
  readonly code: FunctionCode;
  readonly name: string;
  /** Number of parameters; undefined if it is unknown. */
  readonly arity?: number | undefined;
}

/** The property of a pool task that holds the code of its function, so that the task can be passed as a function. */
export const functionCodeKey = Symbol.for('sluice.functionCode');

const cache = new WeakMap<object, NamedCode>();

/** @throws TypeError that says why the function cannot be sent. */
export function codeOf(fn: unknown, caller = 'WorkerTask.do'): NamedCode {
  if (typeof fn === 'function') {
    let code = (fn as { [functionCodeKey]?: NamedCode })[functionCodeKey] ?? cache.get(fn);
    if (!code) {
      const arity = arityOf(Function.prototype.toString.call(fn));
      code = { code: sourceCodeOf(fn, caller), name: printable(fn.name) || 'anonymous', arity };
      cache.set(fn, code);
    }
    return code;
  }
  if (typeof fn === 'object' && fn !== null && 'url' in fn) return codeOfReference(fn as FunctionReference, caller);
  throw invalidOption(`${caller}: its function`, 'a function, or a reference { url, name } to one', fn);
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- any function
function sourceCodeOf(fn: Function, caller: string): FunctionCode {
  const source = sourceOf(fn, caller);
  return /\b(?:require|import|url)\b/.test(source) ? { source, from: callingFile(codeOf) } : { source };
}

function codeOfReference({ url, name = 'default' }: FunctionReference, caller: string): NamedCode {
  checkString(`${caller}: the name of an export`, name);
  return { code: { ...resolveModuleUrl(url, caller), exportName: name }, name };
}

/** @throws TypeError for a relative path, or what is not a URL, path or package name at all. */
export function resolveModuleUrl(url: string | URL, caller: string): { readonly url: string; readonly from?: string } {
  // A URL of another realm is not an instance of the URL of this realm.
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
  return { url: text, from: callingFile(resolveModuleUrl) ?? '' };
}

/** The version is checked because bundlers may replace `process`; `location` is not, because jsdom defines it on Node. */
const isOnNode = typeof (globalThis as { process?: Partial<NodeJS.Process> }).process?.versions?.node === 'string';

const encoded = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/^([a-zA-Z])%3A$/, '$1:'))
    .join('/');

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- any function
function sourceOf(fn: Function, caller: string): string {
  const source = Function.prototype.toString.call(fn);
  const obstacle = whyNotSendable(source);
  if (obstacle) {
    throw new TypeError(
      `${caller}: function ${fn.name || '(anonymous)'} can't be sent to a thread: ${obstacle}. ` +
        'Give a reference { url, name } to a function that a module exports.',
    );
  }
  if (isExpression(source)) return source;
  // A method in shorthand notation is valid only inside an object.
  const method = `({ ${source} })[${JSON.stringify(fn.name)}]`;
  if (isExpression(method)) {
    const why = whyNeedsObject(fn.name, source);
    return why === undefined ? method : `() => { throw new TypeError(${JSON.stringify(why)}); }`;
  }
  throw new TypeError(
    `${caller}: the source of function ${describe(fn.name)} can't be read as an expression by itself: ${source}`,
  );
}

/**
 * Returns why a method cannot do without its object; undefined if it can. Methods are sent without their object: `this` is
 * a `WorkerTask`, whose missing members would be undefined without a word.
 */
function whyNeedsObject(name: string, source: string): string | undefined {
  const text = withoutTaskMembers(source);
  const used =
    /\bsuper\b/.exec(text) ?? /\bthis\b(?!\s*\??\.\s*(name|signal|do|transfer)\b)(\s*\??\.\s*[\w$]+)?/.exec(text);
  if (!used) return undefined;
  return (
    `Method "${name}" uses \`${used[0]}\`, and was sent to its thread without its object. ` +
    'Give a function that takes the object as an argument, or a reference { url, name } to a function that a module exports.'
  );
}

/** Leaves out comments, texts and `const { signal } = this`, where only members of `WorkerTask` are read. */
const withoutTaskMembers = (source: string): string =>
  source
    .replace(/\/\*[^]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, '')
    .replace(/\{(?:\s*(?:name|signal|do|transfer)\s*(?::\s*[\w$]+\s*)?,?)+\}\s*=\s*this\b/g, '');

function whyNotSendable(source: string): string | undefined {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) return 'it is a bound or built-in function and has no source';
  if (/^class\b/.test(source)) return 'it is a class, which cannot be called without new';
  if (/^[gs]et\s+[^\s(=]/.test(source)) return 'it is a getter or a setter, which cannot be called by its name';
  if (/^(async\b)?\s*\*?\s*\[/.test(source))
    return 'its name is computed, and the thread does not have the value of that expression';
  if (/\bcov_[\w$]+\(\)/.test(source))
    return 'it is instrumented for coverage, and the thread does not have the counters';
  return undefined;
}

function isExpression(source: string): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the source is parsed, not run
    new Function(`return (${source}\n)`);
    return true;
  } catch (error) {
    // The content security policy of a page may forbid this check, while that of its workers allows to run the source.
    return error instanceof EvalError;
  }
}

/** Returns the number of parameters of a function; undefined if it takes more arguments than that, or that cannot be told. */
export function arityOf(source: string): number | undefined {
  if (/\barguments\b/.test(source)) return undefined;
  if (/^(async\s+)?[\w$]+\s*=>/.test(source)) return 1;
  const parameters = /\(([^)]*)\)/.exec(source)?.[1]?.trim();
  // Defaults, rest parameters and patterns are not read: they may contain any expression.
  if (parameters === undefined || !/^[\w$\s,]*$/.test(parameters)) return undefined;
  return parameters.split(',').filter((name) => name.trim() !== '').length;
}
