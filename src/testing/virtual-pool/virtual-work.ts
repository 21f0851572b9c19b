/** What a virtual pool runs: a function as it is, closure and all, or what a reference refers to, once it is loaded. */
import { functionCodeKey, codeOf, type NamedCode } from '../../pool/wire/function-code';
import { ModuleLoadError } from '../../pool/wire/pool-errors';

export interface Work {
  readonly name: string;
  /** Only where it is run, as on a thread, does it turn out what a module lacks. */
  readonly resolve: () => (...args: never) => unknown;
  /** As a pool of threads would take it. */
  readonly code: () => NamedCode;
}

type Load = ((url: string) => object) | undefined;

const works = new WeakMap<object, Work>();

/** Makes a function the task that does this work. */
export function asTaskOf<F extends (...args: never) => unknown>(
  work: Work,
  task: F,
): F & { readonly [functionCodeKey]: NamedCode } {
  works.set(task, work);
  // Asked for by a pool of threads alone: what runs here need not be able to travel.
  return Object.defineProperty(task, functionCodeKey, { get: work.code }) as F & { readonly [functionCodeKey]: NamedCode }; // just made so
}

/** @throws TypeError for what is neither a function nor a reference to one. */
export function workOf(fn: unknown, caller: string, load: Load): Work {
  if (typeof fn === 'function') {
    const run = fn as (...args: never) => unknown;
    return works.get(fn) ?? { name: fn.name || 'anonymous', resolve: () => run, code: () => codeOf(fn, caller) };
  }
  return workOfCode(codeOf(fn, caller), load);
}

/** Of a reference: a function has no code until it is asked for it. */
export function workOfCode(named: NamedCode, load: Load): Work {
  return { name: named.name, resolve: () => exportedBy(named, load), code: () => named };
}

function exportedBy({ code }: NamedCode, load: Load): (...args: never) => unknown {
  const { url = '', exportName = '' } = code as { readonly url?: string; readonly exportName?: string };
  if (!load) {
    const why = 'A virtual pool loads no modules by itself: give it the option load, (url) => what the module exports.';
    throw new ModuleLoadError(url, exportName, { why });
  }
  const exported = (load(url) as Record<string, unknown>)[exportName];
  if (typeof exported === 'function') return exported as (...args: never) => unknown;
  throw new ModuleLoadError(url, exportName, { why: `What load gave for it has no function of that name.` });
}
