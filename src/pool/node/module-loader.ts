/**
 * The module loader of a worker thread: it compiles functions that were sent as source, and imports modules as the file
 * imports them in which they are named.
 */
import { createRequire } from 'node:module';
import { dirname, extname, isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script, constants } from 'node:vm';
import { apply, attemptOr, stringIndexOf, stringSlice } from '../wire/intrinsics';

const { assign } = Object;
/** A task may replace the method of the prototype. */
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with a script as `this`
const { runInThisContext } = Script.prototype;
const cwd = process.cwd.bind(process);
/** The fallback of `cwd`, which throws if a task has replaced `Atomics.load`: Node's implementation calls that. */
const INITIAL_CWD = cwd();

/** A file in the working directory of the process. `join` of Node calls `Array.prototype.push`, which a task may have replaced. */
const fileHere = (): string => `${attemptOr(cwd, INITIAL_CWD)}${sep}task`;

const pathOf = (file: string): string => (stringSlice(file, 0, 5) === 'file:' ? fileURLToPath(file) : file);

/** Compiles a function in a scope of its own, with the `require` and `import()` of the file `from`. */
export function compile(source: string, name: string, from = ''): unknown {
  const file = from === '' ? fileHere() : pathOf(from);
  // esbuild, and so tsx, wraps functions in calls of `__name`, which keeps their names.
  const create = scriptOf(
    `"use strict"; (function (require, __name) { return (${source}\n); })`,
    `${dirname(file)}${sep}task ${name}`,
  ) as (require: NodeJS.Require, __name: <T>(fn: T) => T) => unknown;
  return create(requireFrom(file), (fn) => fn);
}

/** The `require` of a file, which also finds what the working directory of the process has. */
function requireFrom(file: string): NodeJS.Require {
  const require = createRequire(file);
  const requireHere = createRequire(fileHere());
  const isFound = (id: string): boolean => attemptOr(() => require.resolve(id) !== '', false);
  return assign((id: string) => (isFound(id) ? require : requireHere)(id) as unknown, require);
}

/** @param from the file that names a package; undefined for the URL of a module, empty where the file is not known */
export async function importModule(url: string, from: string | undefined): Promise<object> {
  if (from === undefined) return importFile(url);
  if (from !== '' && pathOf(from) !== fileHere()) {
    try {
      return await importFrom(pathOf(from), url);
    } catch (error) {
      if (!isMissing(url, error)) throw error;
    }
  }
  return importFrom(fileHere(), url);
}

const isMissing = (name: string, error: unknown): boolean =>
  codeOf(error) === 'ERR_MODULE_NOT_FOUND' && (error as Error).message.includes(`'${name.split('/')[0] ?? ''}`);

/** Imports a package as the file would. The function of Node for this is experimental. */
function importFrom(file: string, name: string): Promise<object> {
  return (scriptOf('(name) => import(name)', file) as (name: string) => Promise<object>)(name);
}

let isWarningOver = false;

/**
 * Runs a script whose `import()` works as in a file of that name. Node warns of that at the first `import()`: this one is
 * made beforehand, and its warning is dropped, because the user of a pool can do nothing about it.
 */
function scriptOf(source: string, filename: string): unknown {
  const options = { filename, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  if (!isWarningOver && stringIndexOf(source, 'import') >= 0) {
    isWarningOver = true;
    const { process } = globalThis;
    const emitWarning: unknown = Reflect.get(process, 'emitWarning');
    process.emitWarning = () => undefined;
    attemptOr(() => apply(runInThisContext, new Script(`import('node:module')`, options), []), undefined);
    Reflect.set(process, 'emitWarning', emitWarning);
  }
  return apply(runInThisContext, new Script(source, options), []);
}

async function importFile(url: string): Promise<object> {
  try {
    return (await import(url)) as object;
  } catch (error) {
    if (!hasLoaderRefused(url, error)) throw error;
    return loadByHooks(url, error);
  }
}

/** Errors that Node throws before any code of the module has run. */
const LINK_ERRORS: readonly unknown[] = ['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_MODULE_NOT_FOUND'];

const hasLoaderRefused = (url: string, error: unknown): boolean =>
  codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION' ||
  (isTypeScript(url) && (error instanceof SyntaxError || LINK_ERRORS.includes(codeOf(error))));

const isTypeScript = (url: string): boolean => /^file:.*\.[cm]?tsx?$/.test(url);

/**
 * Loads a module after `import` has failed. A loader of TypeScript such as tsx sometimes works in a thread for `require`
 * only. There, `import` refuses TypeScript files or, since Node 22, accepts only those whose types can be stripped.
 */
async function loadByHooks(url: string, error: unknown): Promise<object> {
  const path = fileURLToPath(url);
  const require = createRequire(path);
  const extensions = Object.keys(Object(Reflect.get(require, 'extensions')) as object);
  const isHooked = (extension: string): boolean => extensions.includes(extension);
  // A loader that takes over `.ts` takes over `.mts` and `.cts` as well, though it does not list them.
  if (!isHooked(extname(path)) && !(isTypeScript(url) && isHooked('.ts'))) throw withAdvice(url, error);
  try {
    return require(path) as object;
  } catch (requireError) {
    const importTypeScript = isAsyncModule(requireError) && (await tsxImport());
    if (!importTypeScript) throw requireError;
    return importTypeScript(url, url);
  }
}

/** Whether `require` has failed because of an `await` at the top level of the module. */
const isAsyncModule = (error: unknown): boolean =>
  codeOf(error) === 'ERR_REQUIRE_ASYNC_MODULE' || /top-level await/i.test(String((error as Error | null)?.message));

type ImportTypeScript = (url: string, parent: string) => Promise<object>;

/** The `import` of tsx, if that is the loader of the process. */
async function tsxImport(): Promise<ImportTypeScript | undefined> {
  const args = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(' ')];
  const loader = args.map((arg) => arg.replace(/^--\w+=/, '')).find((arg) => /(^|[\\/])tsx([\\/]|$)/.test(arg));
  if (loader === undefined) return undefined;
  const from = isAbsolute(pathOf(loader)) ? pathOf(loader) : fileHere();
  const { tsImport } = (await importFrom(from, 'tsx/esm/api')) as { tsImport?: ImportTypeScript };
  return tsImport;
}

/** Test runners such as vitest transform TypeScript in their own thread only. */
function withAdvice(url: string, error: unknown): unknown {
  if (isTypeScript(url) && error instanceof Error) {
    error.message +=
      '. This thread has no loader of TypeScript: install tsx and make the pool with ' +
      "execArgv: ['--import', 'tsx'], or use Node 22.18 or newer, which removes types by itself";
  }
  return error;
}

const codeOf = (error: unknown): unknown => (Object(error) as { readonly code?: unknown }).code;
