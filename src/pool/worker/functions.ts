/** The functions a worker knows: each is compiled or imported when it is first needed, and then kept. */
import { ModuleLoadError } from '../wire/pool-errors';
import type { FunctionCode } from '../wire/messages';
import { hasOwn, promiseThen } from '../wire/intrinsics';
import type { WorkerPlatform } from './worker-platform';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

export class Definition {
  fn: AnyFunction | undefined;
  /** It took so little time that results may wait for what comes after them. */
  isTiny = false;

  constructor(
    readonly code: FunctionCode,
    readonly name: string,
  ) {}
}

/** Calls back with the function, at once where it is known; a promise where it has to be loaded first. */
export function resolveFunction(definition: Definition, platform: WorkerPlatform): AnyFunction | Promise<AnyFunction> {
  const { code, fn, name } = definition;
  if (fn) return fn;
  if ('source' in code) return (definition.fn = platform.compile(code.source, name) as AnyFunction);
  // A module that could not be loaded is tried again by the next task.
  const loaded = promiseThen(platform.load(code), (namespace) => exported(namespace, code));
  return promiseThen(loaded, (found) => (definition.fn = found));
}

type ModuleCode = Extract<FunctionCode, { url: string }>;

function exported(namespace: object, { url, exportName }: ModuleCode): AnyFunction {
  const found = exportOf(namespace, exportName);
  if (typeof found === 'function') return found as AnyFunction;
  const why =
    found === undefined
      ? `The module was loaded; it exports ${namesOf(namespace)}.`
      : `The module was loaded; what it exports by that name is no function but ${typeof found}.`;
  throw new ModuleLoadError(url, exportName, { why });
}

/** A CommonJS module has all of its exports only in its default, if they are not plain to see in its source. */
function exportOf(namespace: object, name: string): unknown {
  const exports = namespace as Readonly<Record<string, unknown>>;
  const inner = exports['default'];
  if (name === 'default') return isRecord(inner) && 'default' in inner ? inner['default'] : (inner ?? undefined);
  return (
    (hasOwn(exports, name) ? exports[name] : undefined) ??
    (isRecord(inner) || typeof inner === 'function' ? (inner as typeof exports)[name] : undefined)
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function namesOf(namespace: object): string {
  const names = Object.keys(namespace);
  return names.length > 0 ? names.join(', ') : 'nothing';
}

/** Why the load of a module failed, in the words of a task. */
export function loadFailure(code: FunctionCode, cause: unknown): unknown {
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
    return 'it threw something that has no words.';
  }
}

/** A `ReferenceError` inside a function that was sent as source nearly always means one thing. */
export function explain(error: unknown, { code, name }: Definition): unknown {
  if (!('source' in code) || !(error instanceof ReferenceError)) return error;
  error.message += `. Task "${name}" was sent to its thread as source, and what stands around a function does not go along. Give it as an argument, or put the function in a module of its own.`;
  return error;
}
