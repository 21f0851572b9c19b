/** The functions of a worker: each is compiled or imported when it is first needed, and then kept. */
import { ModuleLoadError } from '../wire/pool-errors';
import type { FunctionCode } from '../wire/messages';
import { hasOwn, promiseThen } from '../wire/intrinsics';
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
  if ('source' in code) return (definition.fn = platform.compile(code.source, name, code.from) as AnyFunction);
  // A failed load is not kept: the next task tries it again.
  const loaded = promiseThen(platform.load(code), (namespace) => exportedFunction(namespace, code));
  return promiseThen(loaded, (found) => (definition.fn = found));
}

type ModuleCode = Extract<FunctionCode, { url: string }>;

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
    return isRecord(defaultExport) && 'default' in defaultExport
      ? defaultExport['default']
      : (defaultExport ?? undefined);
  }
  return (
    (hasOwn(exports, name) ? exports[name] : undefined) ??
    (isRecord(defaultExport) || typeof defaultExport === 'function'
      ? (defaultExport as typeof exports)[name]
      : undefined)
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function exportNames(namespace: object): string {
  const names = Object.keys(namespace);
  return names.length > 0 ? names.join(', ') : 'nothing';
}

/** Returns the error of a task whose module could not be loaded. */
export function toLoadError(code: FunctionCode, cause: unknown): unknown {
  if (cause instanceof ModuleLoadError || 'source' in code) return cause;
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
 * variable of the scope around it.
 */
export function explainReferenceError(error: unknown, { code, name }: FunctionDefinition): unknown {
  if (!('source' in code) || !(error instanceof ReferenceError)) return error;
  error.message += `. Task "${name}" was sent to its thread as source, and variables of the surrounding scope are not sent with the function. Give the value as an argument, or export the function from a module.`;
  return error;
}
