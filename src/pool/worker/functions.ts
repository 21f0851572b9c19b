/** The functions of a worker: each is compiled or imported when it is first needed, and then kept. */
import { ModuleLoadError } from '../wire/pool-errors';
import type { FunctionCode } from '../wire/messages';
import { attemptOr, hasOwn, mapGet, mapSet, mapSize, newMap, promiseThen } from '../wire/intrinsics';
import type { WorkerPlatform } from './worker-platform';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

export class FunctionDefinition {
  /** Undefined until the function is compiled or imported. */
  fn: AnyFunction | undefined;
  /** The last run was so short that finished results may wait for the next run before they are sent. */
  isTiny = false;

  constructor(
    readonly code: FunctionCode,
    readonly name: string,
  ) {}
}

/** Returns the function at once where it is known or sent as source; a promise where a module has to be loaded first. */
export function resolveFunction(
  definition: FunctionDefinition,
  platform: WorkerPlatform,
): AnyFunction | Promise<AnyFunction> {
  const { code, fn, name } = definition;
  if (fn) return fn;
  if (isSource(code)) return (definition.fn = compileOnce(code, name, platform));
  // A failed load is not kept: the next task tries it again.
  const loaded = promiseThen(platform.load(code), (namespace) => exportedFunction(namespace, code));
  return promiseThen(loaded, (found) => (definition.fn = found));
}

type SourceCode = Extract<FunctionCode, { source: string }>;
type ModuleCode = Extract<FunctionCode, { url: string }>;

/** Number of sources whose functions a worker keeps. */
const MAX_COMPILED = 1_000;
let compiled = newMap<string, AnyFunction>();

/** Compiles a source once, under the first of its names: a program may make functions of one source for ever. */
function compileOnce({ source, from }: SourceCode, name: string, platform: WorkerPlatform): AnyFunction {
  const key = `${from ?? ''}\n${source}`;
  const known = mapGet(compiled, key);
  if (known) return known;
  const fn = platform.compile(source, name, from) as AnyFunction;
  if (mapSize(compiled) >= MAX_COMPILED) compiled = newMap();
  mapSet(compiled, key, fn);
  return fn;
}

/** Looks at own properties only, because a task may have added others to `Object.prototype`. */
const isSource = (code: FunctionCode): code is SourceCode => hasOwn(code, 'source');

function exportedFunction(namespace: object, { url, exportName }: ModuleCode): AnyFunction {
  const found = findExport(namespace, exportName);
  if (typeof found === 'function') return found as AnyFunction;
  const why =
    found === undefined
      ? `The module was loaded; it exports ${exportNames(namespace)}.`
      : `The module was loaded; its export of that name is not a function but of type ${typeof found}.`;
  throw new ModuleLoadError(url, exportName, { why });
}

/** Node finds the named exports of a CommonJS module only by reading its source; the default export has all of them. */
function findExport(namespace: object, name: string): unknown {
  const exports = namespace as Readonly<Record<string, unknown>>;
  const defaultExport = exports['default'];
  if (name === 'default') {
    return isRecord(defaultExport) && hasOwn(defaultExport, 'default')
      ? defaultExport['default']
      : (defaultExport ?? undefined);
  }
  const own = hasOwn(exports, name) ? exports[name] : undefined;
  // An inherited function, as `constructor` or `toString`, is no export.
  return own ?? (isObject(defaultExport) && hasOwn(defaultExport, name) ? defaultExport[name] : undefined);
}

/** Whether a value can have properties of its own. */
const isObject = (value: unknown): value is Record<string, unknown> => isRecord(value) || typeof value === 'function';
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function exportNames(namespace: object): string {
  const names = Object.keys(namespace);
  return names.length > 0 ? names.join(', ') : 'nothing';
}

/** Returns the error of a task whose module could not be loaded. */
export function toLoadError(code: FunctionCode, cause: unknown): unknown {
  if (isSource(code) || attemptOr(() => cause instanceof ModuleLoadError, false)) return cause;
  return new ModuleLoadError(code.url, code.exportName, {
    why: `The module could not be loaded: ${messageOf(cause)}`,
    cause,
  });
}

function messageOf(cause: unknown): string {
  try {
    return cause instanceof Error ? cause.message : String(cause);
  } catch {
    return 'the thrown value cannot be converted to text.';
  }
}

/**
 * Adds an explanation to a `ReferenceError` of a function that was sent as source: nearly always the function uses a
 * variable of the scope around it. A `TypeError` of an arrow function that uses `this` is explained in the same way.
 */
export function explainReferenceError(error: unknown, { code, name }: FunctionDefinition): unknown {
  if (!isSource(code)) return error;
  if (
    error instanceof TypeError &&
    /of undefined\b|undefined has no/.test(error.message) &&
    usesThisOfScope(code.source)
  ) {
    error.message += `. Task "${name}" was sent to its thread as source, and the \`this\` of the surrounding scope is not sent with the function. Give the value as an argument, or export the function from a module.`;
    return error;
  }
  if (!(error instanceof ReferenceError)) return error;
  error.message += `. Task "${name}" was sent to its thread as source, and variables of the surrounding scope are not sent with the function. Give the value as an argument, or export the function from a module.`;
  return error;
}

/** Whether the source is an arrow function that contains `this`: there, `this` is undefined in a worker. */
const usesThisOfScope = (source: string): boolean =>
  !/^(async\s+)?(function\b|\(\{)/.test(source) && /\bthis\b/.test(source);
